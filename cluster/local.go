package cluster

import (
	"context"
	"sync"
	"time"
)

// LocalRegistry is the registry of the embedded server: a cluster of one.
type LocalRegistry struct {
	mu   sync.Mutex
	self Node
}

// NewLocalRegistry makes a registry that knows this node only.
func NewLocalRegistry(self Node) *LocalRegistry { return &LocalRegistry{self: self} }

// Update replaces what is known of the node but for its id.
func (r *LocalRegistry) Update(self Node) {
	r.mu.Lock()
	defer r.mu.Unlock()
	self.ID = r.self.ID
	r.self = self
}

// Nodes implements Registry.
func (r *LocalRegistry) Nodes(context.Context) ([]Node, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := r.self
	n.LastSeen = time.Now().UTC()
	return []Node{n}, nil
}

// Run implements Registry: there is nobody to tell.
func (r *LocalRegistry) Run(ctx context.Context) error {
	<-ctx.Done()
	return nil
}
