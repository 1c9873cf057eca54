// Package s3event writes the announcement of a file as S3 makes it through EventBridge: the record that functions with the
// source blob.Source receive.
//
// S3 writes these records itself; this package is for those who stand in for it, the local inbox and the simulator of tests. It
// shares nothing with the reader, blob.Noticed: both follow the S3 user guide ("EventBridge event message structure").
package s3event

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/winback-auto/winback/internal/platform/ident"
)

// Account and Region are whose the records claim to be: those of the documentation's examples.
const (
	Account = "123456789012"
	Region  = "eu-central-1"
)

type object = map[string]any

// Created is the record of a file that was put into a bucket. The same file at the same instant has the same.
func Created(bucket, key string, size int64, at time.Time) []byte {
	id := strings.ToLower(ident.Of("object created", bucket, key, at.UTC().Format(time.RFC3339Nano)))
	body, err := json.Marshal(object{
		"version":     "0",
		"id":          fmt.Sprintf("%s-%s-%s-%s-%s", id[:8], id[8:12], id[12:16], id[16:20], id[14:26]),
		"detail-type": "Object Created",
		"source":      "aws.s3",
		"account":     Account,
		"time":        at.UTC().Format(time.RFC3339),
		"region":      Region,
		"resources":   []string{"arn:aws:s3:::" + bucket},
		"detail": object{
			"version": "0",
			"bucket":  object{"name": bucket},
			"object": object{
				"key": key, "size": size, "etag": "b1946ac92492d2347c6235b4d2611184", "sequencer": "00617F08299329D189",
			},
			"request-id": "N4N7GDK58NMKJ12R", "requester": "ses.amazonaws.com", "source-ip-address": "192.0.2.1", "reason": "PutObject",
		},
	})
	if err != nil {
		panic(err) // texts and numbers
	}
	return body
}
