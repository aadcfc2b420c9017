package redisdb

import (
	"context"
	"errors"
	"strings"

	"github.com/redis/go-redis/v9"

	"github.com/miniodb/miniodb/internal/health"
)

// unguardedKey marks the context of commands that do not pass the breaker: those of Ping, and those that are sent on a
// new connection for the sake of a command that has passed it already.
type unguardedKey struct{}

func unguarded(ctx context.Context) context.Context {
	return context.WithValue(ctx, unguardedKey{}, true)
}

// guard is the go-redis hook in front of every command.
type guard struct{ d *DB }

func (guard) DialHook(next redis.DialHook) redis.DialHook { return next }

func (g guard) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		if ctx.Value(unguardedKey{}) != nil {
			return next(ctx, cmd)
		}
		return g.do(ctx, func(ctx context.Context) error { return next(ctx, cmd) })
	}
}

func (g guard) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		if ctx.Value(unguardedKey{}) != nil {
			return next(ctx, cmds)
		}
		sent := false
		err := g.do(ctx, func(ctx context.Context) error {
			sent = true
			return next(ctx, cmds)
		})
		if !sent {
			for _, cmd := range cmds {
				cmd.SetErr(err)
			}
		}
		return err
	}
}

func (g guard) do(ctx context.Context, call func(context.Context) error) error {
	return g.d.service.Load().Do(ctx, func(ctx context.Context) error {
		ctx, cancel := context.WithTimeout(unguarded(ctx), g.d.cfg.CallTimeout)
		defer cancel()
		err := call(ctx)
		if isAnswer(err) {
			return health.Answer(err)
		}
		return err
	})
}

// unable are the beginnings of errors by which a server says that it cannot work now. Every other error that a server sends is an answer.
var unable = []string{
	"LOADING", "MASTERDOWN", "CLUSTERDOWN", "TRYAGAIN", "READONLY", "BUSY ", "NOAUTH", "WRONGPASS", "ERR max number of clients",
	"ERR invalid password", "ERR AUTH",
}

// isAnswer reports whether err was sent by a server that works.
func isAnswer(err error) bool {
	var e redis.Error
	if !errors.As(err, &e) {
		return false
	}
	text := e.Error()
	for _, prefix := range unable {
		if strings.HasPrefix(text, prefix) {
			return false
		}
	}
	return true
}
