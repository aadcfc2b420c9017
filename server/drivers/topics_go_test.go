package drivers_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"time"
)

// script runs the topics of a driver of Go.
type script struct {
	out    strings.Builder
	failed []string
}

// topic runs a part of the program. What it prints stands below the name; an error or a panic fails the topic alone.
func (s *script) topic(ctx context.Context, name string, body func(context.Context) error) {
	fmt.Fprintln(&s.out, topicMark+name)
	err := func() (err error) {
		defer func() {
			if r := recover(); r != nil {
				err = fmt.Errorf("panic: %v", r)
			}
		}()
		return body(ctx)
	}()
	if err != nil {
		fmt.Fprintln(&s.out, "FAILED", err)
		s.failed = append(s.failed, name+": "+err.Error())
	}
}

func (s *script) show(values ...any) {
	for i, v := range values {
		if i > 0 {
			s.out.WriteByte(' ')
		}
		s.out.WriteString(printed(v))
	}
	s.out.WriteByte('\n')
}

// printed is a value without addresses and with times in UTC.
func printed(v any) string {
	switch v := v.(type) {
	case nil:
		return "NULL"
	case string:
		return v
	case []byte:
		return fmt.Sprintf("%q", v)
	case time.Time:
		return v.UTC().Format(time.RFC3339Nano)
	}
	r := reflect.ValueOf(v)
	switch r.Kind() {
	case reflect.Pointer:
		if r.IsNil() {
			return "NULL"
		}
		return printed(r.Elem().Interface())
	case reflect.Slice:
		parts := make([]string, r.Len())
		for i := range parts {
			parts[i] = printed(r.Index(i).Interface())
		}
		return "[" + strings.Join(parts, " ") + "]"
	}
	return fmt.Sprintf("%+v", v)
}

func (s *script) result() (string, error) {
	if len(s.failed) > 0 {
		return s.out.String(), errors.New(strings.Join(s.failed, "\n"))
	}
	return s.out.String(), nil
}
