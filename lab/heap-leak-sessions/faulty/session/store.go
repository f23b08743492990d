// Package session keeps visitors' baskets between requests.
package session

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"sync"
	"time"
)

// Item is one line of a basket.
type Item struct {
	SKU, Title string
	Quantity   int
}

// Session is one visitor's state.
type Session struct {
	Token, User string
	Basket      []Item
	Recent      []byte // recently viewed, as the cookie has it
	lastSeen    time.Time
}

// Add puts an item in the basket.
func (s *Session) Add(i Item) { s.Basket = append(s.Basket, i) }

// Store finds sessions by token, for requests, and by user, for support staff.
type Store struct {
	mu      sync.Mutex
	idle    time.Duration
	byToken map[string]*Session
	byUser  map[string]*Session
}

// NewStore returns an empty store whose sessions expire after idle.
func NewStore(idle time.Duration) *Store {
	return &Store{idle: idle, byToken: map[string]*Session{}, byUser: map[string]*Session{}}
}

// Open starts a session for user.
func (s *Store) Open(user string) *Session {
	opened := &Session{
		Token:    newToken(),
		User:     user,
		Recent:   bytes.Repeat([]byte("sku-000042;"), 1000),
		lastSeen: time.Now(),
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.byToken[opened.Token] = opened
	s.byUser[user] = opened
	return opened
}

// ExpireEvery drops the sessions that have been idle too long, for ever.
func (s *Store) ExpireEvery(period time.Duration) {
	for range time.Tick(period) {
		s.expire(time.Now().Add(-s.idle))
	}
}

func (s *Store) expire(before time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for token, old := range s.byToken {
		if old.lastSeen.Before(before) {
			delete(s.byToken, token)
		}
	}
}

func newToken() string {
	var raw [16]byte
	rand.Read(raw[:])
	return hex.EncodeToString(raw[:])
}
