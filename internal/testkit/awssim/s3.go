package awssim

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/winback-auto/winback/internal/testkit/iam"
)

// S3Options describe the service.
type S3Options struct {
	// Listed says that callers of a Server may list buckets, so that what is not there is NoSuchKey to them; in an Account
	// their policies say so.
	Listed bool
}

// S3 is Amazon S3: GetObject and PutObject of whole objects, by a bucket's own host and by path.
//
// What is not there is denied to whoever may not list the bucket, in the words of the service. Objects are announced on the
// event bus where their bucket is told to.
//
// Known differences from the service: there are no ranges, versions, parts, checksums of the client's choice, conditions,
// and no other calls; encryption and life cycles are the bucket's own affair; events are there at once and in order.
type S3 struct {
	Regional
	options S3Options

	mu      sync.Mutex
	buckets map[string]*bucket
	events  [][]byte
	serial  int
}

// Bucket is what a bucket is told when it is made.
type Bucket struct {
	Name   string
	Policy string // JSON; empty: none
	Events bool   // announces its objects on the event bus
}

type bucket struct {
	Bucket
	guard   *iam.Guard
	objects map[string]object
}

type object struct {
	content []byte
	kind    string // Content-Type
	etag    string
	at      time.Time
}

// NewS3 makes the service without any bucket.
func NewS3(options S3Options) *S3 {
	return &S3{Regional: Regional{Prefix: "s3", Signing: "s3", Status: http.StatusForbidden}, options: options, buckets: map[string]*bucket{}}
}

// Make makes a bucket, or tells one that is there something else.
func (s *S3) Make(b Bucket) error {
	guard, err := readGuard(b.Policy, false)
	if err != nil {
		return fmt.Errorf("awssim: the policy of the bucket %s: %w", b.Name, err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	objects := map[string]object{}
	if before := s.buckets[b.Name]; before != nil {
		objects = before.objects
	}
	s.buckets[b.Name] = &bucket{b, guard, objects}
	return nil
}

// Guarded gives a bucket that is there another policy.
func (s *S3) Guarded(name, policy string) error {
	s.mu.Lock()
	b := s.buckets[name]
	s.mu.Unlock()
	if b == nil {
		return fmt.Errorf("awssim: there is no bucket %s", name)
	}
	told := b.Bucket
	told.Policy = policy
	return s.Make(told)
}

// Object is the content of an object, not ok where it is not there.
func (s *S3) Object(bucket, key string) (content []byte, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if b := s.buckets[bucket]; b != nil {
		o, there := b.objects[key]
		return o.content, there
	}
	return nil, false
}

// Keys lists the objects of a bucket, sorted.
func (s *S3) Keys(bucket string) (keys []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if b := s.buckets[bucket]; b != nil {
		for key := range b.objects {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	return keys
}

// Remove deletes an object, as its age does.
func (s *S3) Remove(bucket, key string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if b := s.buckets[bucket]; b != nil {
		delete(b.objects, key)
	}
}

// TakeEvents returns the EventBridge records of what happened since the last call.
func (s *S3) TakeEvents() [][]byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	events := s.events
	s.events = nil
	return events
}

// Hosts implements Protected: each bucket has a host beside that of the service.
func (s *S3) Hosts() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	own := "s3." + s.region() + ".amazonaws.com"
	hosts := []string{own}
	for name := range s.buckets {
		hosts = append(hosts, name+"."+own)
	}
	return hosts
}

// Name implements Service.
func (s *S3) Name() string { return "s3" }

// Action implements Service. Its calls have no name on the wire: they are known by host or by signature.
func (s *S3) Action(r *http.Request) string {
	own := "s3." + s.region() + ".amazonaws.com"
	signed, ok := readSignature(r)
	if host := hostOf(r); host != own && !strings.HasSuffix(host, "."+own) && !(ok && signed.service == s.Signing) {
		return ""
	}
	bucket, key := s.locate(r)
	switch {
	case bucket == "" || key == "":
	case r.Method == http.MethodGet:
		return "GetObject"
	case r.Method == http.MethodPut:
		return "PutObject"
	}
	return "NotImplemented"
}

// locate says which object a request is about: the bucket is in the host, or first in the path.
func (s *S3) locate(r *http.Request) (bucket, key string) {
	path := strings.TrimPrefix(r.URL.Path, "/")
	if name, ok := strings.CutSuffix(hostOf(r), ".s3."+s.region()+".amazonaws.com"); ok {
		return name, path
	}
	bucket, key, _ = strings.Cut(path, "/")
	return bucket, key
}

func hostOf(r *http.Request) string {
	host := r.Host
	if host == "" {
		host = r.URL.Host
	}
	if at, err := url.Parse("//" + host); err == nil {
		return at.Hostname()
	}
	return host
}

// Asks implements Protected. Whoever asks for an object that is not there is told so if they may list the bucket.
func (s *S3) Asks(r Request) ([]Ask, error) {
	bucket, key := s.locate(r.HTTP)
	arn := "arn:aws:s3:::" + bucket
	asks := []Ask{{Action: "s3:" + r.Action, Resources: []string{arn + "/" + key}}}
	s.mu.Lock()
	defer s.mu.Unlock()
	b := s.buckets[bucket]
	if b == nil {
		return nil, noBucket(bucket)
	}
	if _, there := b.objects[key]; r.Action == "GetObject" && !there {
		asks = append(asks, Ask{Action: "s3:ListBucket", Resources: []string{arn}})
	}
	return asks, nil
}

// Guard implements Protected: the policy of a bucket is that of its objects.
func (s *S3) Guard(arn string) *iam.Guard {
	s.mu.Lock()
	defer s.mu.Unlock()
	name, _, _ := strings.Cut(strings.TrimPrefix(arn, "arn:aws:s3:::"), "/")
	if b := s.buckets[name]; b != nil {
		return b.guard
	}
	return nil
}

// created announces an object on the event bus.
func (s *S3) created(b *bucket, key string, o object, who string) {
	if !b.Events {
		return
	}
	s.serial++
	event, err := json.Marshal(map[string]any{
		"version": "0", "id": fmt.Sprintf("%08x-5333-4000-8000-%012x", o.at.Unix()&0xffffffff, s.serial), "detail-type": "Object Created", "source": "aws.s3",
		"account": s.account(), "time": o.at.UTC().Format(time.RFC3339), "region": s.region(), "resources": []string{"arn:aws:s3:::" + b.Name},
		"detail": map[string]any{
			"version": "0", "bucket": map[string]any{"name": b.Name},
			"object":     map[string]any{"key": key, "size": len(o.content), "etag": o.etag, "sequencer": fmt.Sprintf("%016X", s.serial)},
			"request-id": fmt.Sprintf("%016X", s.serial), "requester": who, "source-ip-address": "192.0.2.25", "reason": "PutObject",
		},
	})
	if err != nil {
		panic(err) // of texts and numbers
	}
	s.events = append(s.events, event)
}
