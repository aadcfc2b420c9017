package cache

// Stats is what metrics show of a cache.
type Stats struct {
	Hits       int64 // calls of Local that were answered from the directory
	Misses     int64 // objects that a caller had to wait for, by Local or Prefetch
	Evictions  int64 // copies that gave way to others
	Errors     int64 // downloads that failed, damaged copies, files that could not be removed
	Bytes      int64 // of all copies and reservations
	InUseBytes int64 // of Bytes, what is held by readers or reserved for downloads and uploads
	LimitBytes int64
	Files      int64
	Downloads  int64 // running now
}

// counts are the parts of Stats that are counted; guarded by Store.mu.
type counts struct{ hits, misses, evictions, errors, downloads int64 }

func (s *Store) count(change func(*counts)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(&s.counts)
}

// Stats returns the state of the cache.
func (s *Store) Stats() Stats {
	s.mu.Lock()
	defer s.mu.Unlock()
	return Stats{
		Hits: s.counts.hits, Misses: s.counts.misses, Evictions: s.counts.evictions, Errors: s.counts.errors, Downloads: s.counts.downloads,
		Bytes: s.used, InUseBytes: s.pinned, LimitBytes: s.limit, Files: int64(len(s.entries)),
	}
}
