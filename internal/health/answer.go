package health

import "errors"

// answer marks an error that a working service gave: not found, exists, precondition failed.
type answer struct{ err error }

func (a *answer) Error() string { return a.err.Error() }
func (a *answer) Unwrap() error { return a.err }

// Answer marks err as the answer of a working service, which says nothing against its health. Answer(nil) is nil.
func Answer(err error) error {
	if err == nil {
		return nil
	}
	return &answer{err}
}

// IsAnswer reports whether err, or an error that it wraps, was marked by Answer.
func IsAnswer(err error) bool {
	var a *answer
	return errors.As(err, &a)
}

// unmark takes the mark off, where nothing is wrapped around it.
func unmark(err error) error {
	if a, ok := err.(*answer); ok { //nolint:errorlint // what is wrapped around a mark has to stay
		return a.err
	}
	return err
}
