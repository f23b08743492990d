// Package offheap hands out memory that the garbage collector does not see.
package offheap

import (
	"sync/atomic"
	"syscall"
)

// Block is one private anonymous mapping.
type Block struct {
	data  []byte
	users atomic.Int32
}

// Alloc maps size bytes. The caller must Release the block.
func Alloc(size int) (*Block, error) {
	data, err := syscall.Mmap(-1, 0, size, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_PRIVATE|syscall.MAP_ANON)
	if err != nil {
		return nil, err
	}
	b := &Block{data: data}
	b.users.Store(1)
	return b, nil
}

// Bytes gives the block's memory, valid until the caller's Release.
func (b *Block) Bytes() []byte {
	return b.data
}

// Release ends one use; the last one unmaps the block.
func (b *Block) Release() error {
	if b.users.Add(-1) > 0 {
		return nil
	}
	return syscall.Munmap(b.data)
}
