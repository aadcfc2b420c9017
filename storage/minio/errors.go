package minio

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"strings"

	miniogo "github.com/minio/minio-go/v7"

	"github.com/miniodb/miniodb/internal/health"
	"github.com/miniodb/miniodb/storage"
)

var (
	// errDamaged is a body whose checksum is not that of the object's metadata.
	errDamaged = errors.New("the checksum of the bytes received is wrong")
	// errStalled is the cause of a request that this package ended because no byte came for too long.
	errStalled = errors.New("no answer in time")
	// errReplaced ends a read that began with another version of the object.
	errReplaced = errors.New("the object was replaced while it was read")
)

// verdict is what an error of one request means.
type verdict struct {
	is     error  // the error of package storage; nil: none
	answer bool   // the store works and has answered
	retry  bool   // the same request may succeed in a moment
	hint   string // what an operator can do
}

// judge reads the error of a request.
func judge(err error) verdict {
	var answer miniogo.ErrorResponse
	var file *fs.PathError
	switch {
	case errors.As(err, &answer):
		return judgeAnswer(answer)
	case errors.Is(err, errDamaged):
		return verdict{answer: true, retry: true}
	case errors.Is(err, errReplaced):
		return verdict{answer: true}
	case errors.As(err, &file): // the local file of an upload or a download
		return verdict{answer: true}
	case errors.Is(err, health.ErrDown):
		return verdict{is: storage.ErrUnavailable} // the probe finds out when it is back; storming it helps nobody
	}
	v := verdict{is: storage.ErrUnavailable, retry: true}
	var authority x509.UnknownAuthorityError
	var certificate *tls.CertificateVerificationError
	switch {
	case errors.As(err, &authority), errors.As(err, &certificate):
		v.retry, v.hint = false, "the certificate of the object store is not trusted on this machine"
	case strings.Contains(err.Error(), "server gave HTTP response to HTTPS client"):
		v.retry, v.hint = false, "the object store speaks plain HTTP: switch use_ssl off"
	}
	return v
}

// judgeAnswer reads an error that the store answered.
func judgeAnswer(e miniogo.ErrorResponse) verdict {
	v := verdict{answer: true}
	switch e.Code {
	case miniogo.NoSuchKey:
		v.is = storage.ErrNotFound
	case miniogo.PreconditionFailed:
		v.is = storage.ErrExists
	case "XMinioStorageFull", "XMinioAdminBucketQuotaExceeded", "QuotaExceeded", "InsufficientStorage":
		v.is = storage.ErrFull
	case "ConditionalRequestConflict", "OperationAborted":
		v.retry = true // another request to the same key was under way: whether the key is taken now is not known
	case miniogo.BadDigest, miniogo.IncompleteBody, miniogo.XAmzContentSHA256Mismatch, "XAmzContentChecksumMismatch", "RequestTimeout":
		v.retry = true // the bytes were damaged or cut off on their way
	case miniogo.NoSuchBucket:
		v.hint = "the bucket is gone; a start of the server makes it again, without the data that was in it"
	case miniogo.AccessDenied, miniogo.AllAccessDisabled:
		v.hint = "give the access key the right to read, write, list and delete objects of the bucket, and to create the bucket if it is missing"
	case miniogo.InvalidAccessKeyID:
		v.hint = "the object store does not know the access key: check access_key_id"
	case miniogo.SignatureDoesNotMatch:
		v.hint = "the secret key is wrong, or a proxy changes requests on their way: check secret_access_key"
	case miniogo.RequestTimeTooSkewed:
		v.hint = "the clocks of this machine and of the object store differ by more than 15 minutes: synchronise them"
	case miniogo.AuthorizationHeaderMalformed, miniogo.InvalidRegion:
		v.hint = "the bucket is in another region: check region"
	case miniogo.NotImplemented:
		v.hint = "the object store lacks an operation that the server needs"
	default:
		v = judgeStatus(e)
	}
	return v
}

func judgeStatus(e miniogo.ErrorResponse) verdict {
	switch {
	case e.StatusCode == http.StatusInsufficientStorage:
		return verdict{is: storage.ErrFull, answer: true}
	case e.StatusCode == http.StatusConflict:
		return verdict{answer: true, retry: true}
	case e.StatusCode == http.StatusRequestTimeout, e.StatusCode == http.StatusTooManyRequests, e.StatusCode >= 500, strings.HasPrefix(e.Code, "SlowDown"):
		return verdict{is: storage.ErrUnavailable, retry: true}
	case e.StatusCode == http.StatusBadRequest && strings.Contains(e.Message, "HTTP request to an HTTPS server"):
		return verdict{answer: true, hint: "the object store speaks TLS: switch use_ssl on"}
	}
	return verdict{answer: true}
}

// failed makes the error that the caller of an operation gets.
func (s *Store) failed(ctx context.Context, op, key string, err error) error {
	if errors.Is(ctx.Err(), context.Canceled) {
		return fmt.Errorf("%s %s: %w", op, key, ctx.Err())
	}
	v := judge(err)
	text := err
	if v.hint != "" {
		text = fmt.Errorf("%w (%s)", err, v.hint)
	}
	switch {
	case v.is == storage.ErrUnavailable:
		return fmt.Errorf("%s %s: %w at %s: %w", op, key, v.is, s.endpoint, text)
	case v.is != nil:
		return fmt.Errorf("%s %s: %w", op, key, v.is)
	}
	return fmt.Errorf("%s %s: object store at %s: %w", op, key, s.endpoint, text)
}

// codeOf returns the code of an error that the store answered, or "".
func codeOf(err error) string {
	var answer miniogo.ErrorResponse
	_ = errors.As(err, &answer)
	return answer.Code
}
