package lab_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
)

type side struct {
	AcceptedLines  [][4]any          `json:"acceptedLines"`
	AsInformation  string            `json:"asInformation"`
	AcceptedCauses []string          `json:"acceptedCauses"`
	Args           []string          `json:"args"`
	Env            map[string]string `json:"env"`
	BuildFlags     []string          `json:"buildFlags"`
	LoadRps        *float64          `json:"loadRps"`
	LoadPath       string            `json:"loadPath"`
	LoadBody       string            `json:"loadBody"`
	LoadProfile    string            `json:"loadProfile"`
	MaxInflight    int               `json:"maxInflight"`
	IdleConns      int               `json:"idleConns"`
	IdlePath       string            `json:"idlePath"`
	MinSeconds     float64           `json:"minSeconds"`
	Window         string            `json:"window"`
	Note           string            `json:"note"`
}

type expectation struct {
	Cause       string   `json:"cause"`
	Explanation string   `json:"explanation"`
	Harmless    bool     `json:"harmless"`
	LimitBytes  int64    `json:"limitBytes"`
	CPUQuota    float64  `json:"cpuQuota"`
	TraceFor    string   `json:"traceFor"`
	Faulty      *side    `json:"faulty"`
	Healthy     *side    `json:"healthy"`
	Inputs      []string `json:"inputs"`
}

// An edit moves lines; this notices before a wrong line is called a wrong
// diagnosis.
func TestExpectations(t *testing.T) {
	paths, err := filepath.Glob("*/expect.json")
	if err != nil || len(paths) == 0 {
		t.Fatal("no expect.json found", err)
	}
	for _, path := range paths {
		scenario := filepath.Dir(path)
		t.Run(scenario, func(t *testing.T) {
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			var e expectation
			decoder := json.NewDecoder(bytes.NewReader(text))
			decoder.DisallowUnknownFields()
			if err := decoder.Decode(&e); err != nil {
				t.Fatal(err)
			}
			if e.Cause == "" || e.Explanation == "" || len(e.Inputs) == 0 {
				t.Error("cause, explanation and inputs are required")
			}
			if (e.Faulty == nil) != e.Harmless || e.Healthy == nil {
				t.Error("a fault needs both variants, a harmless scenario only the healthy one")
			}
			if e.Faulty != nil {
				checkProgram(t, filepath.Join(scenario, "faulty"), e.Faulty)
				for _, line := range e.Faulty.AcceptedLines {
					checkLines(t, line)
				}
			}
			if e.Healthy != nil {
				checkProgram(t, filepath.Join(scenario, "healthy"), e.Healthy)
				if len(e.Healthy.AcceptedCauses) == 0 || e.Healthy.Window == "" {
					t.Error("healthy: acceptedCauses and window are required")
				}
			}
		})
	}
}

func checkProgram(t *testing.T, dir string, s *side) {
	text, err := os.ReadFile(filepath.Join(dir, "main.go"))
	if err != nil {
		t.Error(err)
	}
	if n := bytes.Count(text, []byte("\n")); n >= 100 {
		t.Errorf("%s/main.go has %d lines; the point of these programs is to be short", dir, n)
	}
	if s.LoadRps == nil || s.MinSeconds <= 0 {
		t.Errorf("%s: loadRps and minSeconds are required", dir)
	}
}

func checkLines(t *testing.T, line [4]any) {
	file, _ := line[0].(string)
	from, _ := line[1].(float64)
	to, _ := line[2].(float64)
	text, err := os.ReadFile(file)
	if err != nil {
		t.Error(err)
		return
	}
	lines := bytes.Split(text, []byte("\n"))
	if from < 1 || to < from || int(to) >= len(lines) {
		t.Errorf("%s: lines %v to %v of %d", file, from, to, len(lines))
		return
	}
	if len(bytes.TrimSpace(lines[int(from)-1])) == 0 {
		t.Errorf("%s:%v is empty: did the file change?", file, from)
	}
}
