// Words about what the kernel, the container and the build say: /proc, cgroups, pods, build information.

import {
  badLines,
  fixed,
  many,
  secondCopy,
  type DiagnosticMessages,
  type DiagnosticWords,
} from "./words.ts";

/** `missing` is the key of the line that should have come last, or "newline". */
const cutBefore: DiagnosticWords = {
  en: (d) =>
    d.text("missing") === "newline"
      ? "cut: the last line has no end, so digits may be missing"
      : `cut: it ends before ${d.text("missing")}`,
  zh: (d) =>
    d.text("missing") === "newline"
      ? "被截断：最后一行没有结尾，可能缺少数字"
      : `被截断：在 ${d.text("missing")} 之前结束`,
};

const cut = fixed("cut: it ends before its last line", "被截断：缺少末尾的行");

const badValue = (name: string): DiagnosticWords => ({
  en: (d) => `${many(d.times, "value")} could not be read, the first ${d.text(name)}`,
  zh: (d) => `${d.times} 个值无法读取，首个为 ${d.text(name)}`,
});

export const systemMessages: DiagnosticMessages = {
  "meminfo.bad-line": badLines,
  "meminfo.several": secondCopy,
  "meminfo.bad-value": badValue("key"),
  "meminfo.cut": cut,

  "proc-status.bad-line": badLines,
  "proc-status.several": secondCopy,
  "proc-status.bad-value": badValue("key"),
  "proc-status.cut": cutBefore,
  "proc-status.thread": {
    en: (d) => `of one thread (${d.text("tid")}) of process ${d.text("pid")}`,
    zh: (d) => `属于进程 ${d.text("pid")} 的一个线程（${d.text("tid")}）`,
  },
  "proc-stat.several": secondCopy,
  "proc-stat.cut": fixed(
    "cut: the line has no end, so digits may be missing",
    "被截断：该行没有结尾，可能缺少数字",
  ),
  "proc-limits.bad-line": badLines,
  "proc-limits.several": secondCopy,
  "proc-limits.cut": cutBefore,
  "proc-cgroup.bad-line": badLines,
  "proc-cgroup.several": secondCopy,
  "proc-cgroup.cut": fixed(
    "cut: the last line has no end, so the path may be longer",
    "被截断：最后一行没有结尾，路径可能不完整",
  ),

  "smaps.bad-line": badLines,
  "smaps.several": secondCopy,
  "smaps.cut": fixed(
    "cut: it ends early, so mappings or sums are missing and what is there adds up to too little",
    "被截断：提前结束，缺少映射或合计，现有内容之和偏小",
  ),
  "smaps.cut-mapping": {
    en: (d) => `${many(d.times, "mapping")} with lines missing`,
    zh: (d) => `${d.times} 个映射缺少行`,
  },
  "smaps.too-many": {
    en: (d) => `only the first ${d.count("rows")} mappings were read`,
    zh: (d) => `只读取了前 ${d.count("rows")} 个映射`,
  },
  "smaps.inode-rounded": {
    en: (d) => `${many(d.times, "inode number")} above 2^53 rounded`,
    zh: (d) => `${d.times} 个大于 2^53 的 inode 号被舍入`,
  },

  "cgroup.bad-line": badLines,
  "cgroup.several": secondCopy,
  "cgroup.cut": cutBefore,
  "cgroup.rounded": {
    en: (d) =>
      d.text("key") === ""
        ? `${many(d.times, "number")} above 2^53 rounded`
        : `${many(d.times, "number")} above 2^53 rounded, the first ${d.text("key")}`,
    zh: (d) =>
      d.text("key") === ""
        ? `${d.times} 个大于 2^53 的数被舍入`
        : `${d.times} 个大于 2^53 的数被舍入，首个为 ${d.text("key")}`,
  },
  "cgroup.no-throttling": fixed(
    "without the counters of CPU throttling: whether the container was throttled is unknown",
    "没有 CPU 限流计数：是否被限流未知",
  ),
  "cgroup.unnamed-pressure": fixed(
    "the file's name does not tell which resource the pressure is of; name it memory.pressure, cpu.pressure or io.pressure",
    "文件名未说明是哪种资源的压力；请命名为 memory.pressure、cpu.pressure 或 io.pressure",
  ),
  "cgroup.no-full-pressure": fixed(
    "without the line full: a kernel before 5.13, or cut there",
    "没有 full 行：内核早于 5.13，或恰在此处截断",
  ),

  "environ.cut": fixed(
    "cut: the last variable has no end and may be longer",
    "被截断：最后一个变量没有结尾，可能不完整",
  ),
  "environ.repeated": {
    en: (d) =>
      `${d.text("variable")} is set ${d.times === 1 ? "twice" : "several times"}; the first counts, as in Go`,
    zh: (d) => `${d.text("variable")} 被多次设置；与 Go 一样以第一次为准`,
  },
  "environ.dropped": {
    en: (d) =>
      `${d.count("variables")} variables whose names begin with GO are none of Go's and were not kept`,
    zh: (d) => `${d.count("variables")} 个以 GO 开头的变量不属于 Go，未保留`,
  },

  "pod.bad-line": badLines,
  "pod.bad-item": {
    en: (d) =>
      `${many(d.times, "pod or container", "pods or containers")} left out: no name or no containers`,
    zh: (d) => `忽略了 ${d.times} 个 Pod 或容器：没有名称或容器列表`,
  },
  "pod.bad-quantity": badValue("which"),
  "pod.bad-value": badValue("field"),
  "pod.bad-time": {
    en: (d) => `${many(d.times, "time")} could not be read`,
    zh: (d) => `${d.times} 个时间无法读取`,
  },
  "pod.cut": cutBefore,
  "pod.other-kinds": {
    en: (d) => `${d.count("items")} objects of other kinds passed over`,
    zh: (d) => `跳过了 ${d.count("items")} 个其他类型的对象`,
  },
  "pod.limits-desired": fixed(
    "a resize is under way: the limits shown are those wished for, not yet those in force. kubectl get pod NAME -o json tells both",
    "正在调整资源：所示上限是期望值，尚未生效。kubectl get pod NAME -o json 可同时看到两者",
  ),
  "pod.resize-pending": {
    en: (d) =>
      `the memory limit of ${d.text("container")} is being changed; the one in force is used`,
    zh: (d) => `${d.text("container")} 的内存上限正在更改；采用已生效的值`,
  },
  "pod.env-before-resize": fixed(
    "the pod was resized after it started: a GOMEMLIMIT derived from the limit keeps its old value until a restart",
    "Pod 启动后调整过资源：由上限推得的 GOMEMLIMIT 在重启前保持旧值",
  ),

  "buildinfo.bad-line": badLines,
  "buildinfo.cut": fixed("cut: build settings may be missing", "被截断：可能缺少构建设置"),
  "buildinfo.several": {
    en: (d) => `${d.count("others")} more programs follow; only the first was read`,
    zh: (d) => `其后还有 ${d.count("others")} 个程序，只读取了第一个`,
  },
  "buildinfo.executable-cut": fixed(
    "the program ends before its headers say it does; its build information is whole",
    "程序文件短于其文件头所述；构建信息完整",
  ),
  "buildinfo.ambiguous": fixed(
    "the program holds build information of more than one version; the likeliest is used",
    "程序中有多个版本的构建信息；采用最可能的一个",
  ),
  "buildinfo.no-module-info": fixed(
    "built without module information: the Go version is known, modules and settings are not",
    "构建时没有模块信息：只知 Go 版本，不知模块与设置",
  ),
  "buildinfo.unknown-version": {
    en: (d) =>
      `the Go version "${d.text("version")}" is in no known form; rules for a version are off`,
    zh: (d) => `Go 版本“${d.text("version")}”形式未知；与版本相关的规则停用`,
  },
  "buildinfo.devel-version": {
    en: (d) =>
      `built with a development version of Go (${d.text("version")}): rules for its release may not hold`,
    zh: (d) => `由 Go 开发版（${d.text("version")}）构建：针对正式版的规则未必适用`,
  },
};
