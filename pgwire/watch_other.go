//go:build !linux

package pgwire

import "net"

// peerGone needs a poll event that only Linux has; elsewhere a closed socket is noticed at the next write.
func peerGone(net.Conn) bool { return false }
