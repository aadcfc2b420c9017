package redis

import (
	"context"
	_ "embed" // the scripts
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/redis/go-redis/v9"

	"github.com/miniodb/miniodb/catalog/index"
)

//go:embed lua/prelude.lua
var prelude string

//go:embed lua/apply.lua
var applyText string

//go:embed lua/reset.lua
var resetText string

//go:embed lua/drop.lua
var dropText string

//go:embed lua/load.lua
var loadText string

//go:embed lua/announce.lua
var announceText string

//go:embed lua/catalog.lua
var catalogText string

//go:embed lua/generation.lua
var generationText string

// Scripts are sent by their checksum, and once more as text when the server does not have it (after its start or SCRIPT FLUSH).
var (
	applyScript      = redis.NewScript(prelude + applyText)
	resetScript      = redis.NewScript(prelude + resetText)
	dropScript       = redis.NewScript(prelude + dropText)
	loadScript       = redis.NewScript(prelude + loadText)
	announceScript   = redis.NewScript(prelude + announceText)
	catalogScript    = redis.NewScript(prelude + catalogText)
	generationScript = redis.NewScript(prelude + generationText)
)

// The first element of what a script returns.
const (
	replyDone    = 1
	replyVersion = 0 // the version is not the expected one and follows as a string, empty if absent
	replyDamaged = -1
)

// run runs a script and returns what follows the first element.
func (x *Index) run(ctx context.Context, s *redis.Script, keys []string, args ...any) (status int64, rest []any, err error) {
	out, err := s.Run(ctx, x.db.Client(), keys, args...).Slice()
	if err != nil {
		return 0, nil, err
	}
	if len(out) == 0 {
		return 0, nil, errors.New("empty answer of a script")
	}
	status, ok := out[0].(int64)
	if !ok {
		return 0, nil, fmt.Errorf("answer of a script begins with %T", out[0])
	}
	return status, out[1:], nil
}

// change runs a script that writes, for a table or the catalog.
func (x *Index) change(ctx context.Context, what string, s *redis.Script, keys []string, args ...any) error {
	status, rest, err := x.run(ctx, s, keys, args...)
	switch {
	case err != nil:
		return err
	case status == replyDone:
		return nil
	case status == replyDamaged:
		return errDamaged
	case len(rest) == 1 && rest[0] == "":
		return fmt.Errorf("%w: %s is not there", index.ErrVersion, what)
	default:
		return fmt.Errorf("%w: %s is at %v", index.ErrVersion, what, rest)
	}
}

// nonce returns 16 hexadecimal digits that no other call has.
func nonce() string {
	id := uuid.New()
	return hex.EncodeToString(id[8:])
}
