// Package metrictest reads lines of a log as CloudWatch reads them: it takes out what is in the embedded metric format.
//
// The rules are those of the specification that AWS publishes with a JSON schema
// (AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html). CloudWatch passes over a line
// that breaks one of them without a word; here it is an error.
package metrictest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"time"
	"unicode/utf8"

	"github.com/winback-auto/winback/internal/platform/metric"
)

// Value is what one line says about one metric with one set of dimensions.
type Value struct {
	Namespace, Name, Unit string
	Dimensions            map[string]string // empty: none
	Value                 float64
	Milliseconds          int64 // since 1970
}

// Bounds of the specification.
const (
	maxLine       = 1 << 20 // bytes
	maxNamespace  = 1024    // characters, here and below
	maxDimension  = 250
	maxTarget     = 1024
	maxName       = 1024
	maxDimensions = 30  // of a set
	maxMetrics    = 100 // of a directive
)

var unit = regexp.MustCompile(`^(Seconds|Microseconds|Milliseconds|(Bytes|Kilobytes|Megabytes|Gigabytes|Terabytes|Bits|Kilobits|Megabits|Gigabits|Terabits|Count)(/Second)?|Percent|None)$`)

type metadata struct {
	Timestamp         *int64       `json:"Timestamp"`
	CloudWatchMetrics *[]directive `json:"CloudWatchMetrics"`
}

type directive struct {
	Namespace  *string     `json:"Namespace"`
	Dimensions *[][]string `json:"Dimensions"`
	Metrics    *[]definite `json:"Metrics"`
}

type definite struct {
	Name              *string `json:"Name"`
	Unit              string  `json:"Unit"`
	StorageResolution int     `json:"StorageResolution"`
}

// Read returns the values in a line of a log; none where the line is no embedded metric document. A document that is none
// by the specification is an error.
func Read(line []byte) ([]Value, error) {
	var root map[string]json.RawMessage
	_ = json.Unmarshal(line, &root) // other lines need not even be JSON
	if root["_aws"] == nil {
		return nil, nil
	}
	if len(line) > maxLine {
		return nil, fmt.Errorf("a document of %d bytes", len(line))
	}
	var m metadata
	strict := json.NewDecoder(bytes.NewReader(root["_aws"]))
	strict.DisallowUnknownFields()
	if err := strict.Decode(&m); err != nil {
		return nil, fmt.Errorf("_aws: %w", err)
	}
	if m.Timestamp == nil || m.CloudWatchMetrics == nil {
		return nil, errors.New("_aws lacks Timestamp or CloudWatchMetrics")
	}
	var values []Value
	for _, d := range *m.CloudWatchMetrics {
		found, err := d.read(root)
		if err != nil {
			return nil, err
		}
		for i := range found {
			found[i].Milliseconds = *m.Timestamp
		}
		values = append(values, found...)
	}
	return values, nil
}

func (d directive) read(root map[string]json.RawMessage) ([]Value, error) {
	switch {
	case d.Namespace == nil || d.Dimensions == nil || d.Metrics == nil:
		return nil, errors.New("a directive lacks Namespace, Dimensions or Metrics")
	case !within(*d.Namespace, maxNamespace):
		return nil, fmt.Errorf("the namespace %q", *d.Namespace)
	case len(*d.Dimensions) == 0:
		return nil, errors.New("a directive without a set of dimensions, which may be empty")
	case len(*d.Metrics) > maxMetrics:
		return nil, fmt.Errorf("%d metrics in a directive", len(*d.Metrics))
	}
	var values []Value
	for _, set := range *d.Dimensions {
		dimensions, err := targets(root, set)
		if err != nil {
			return nil, err
		}
		for _, metric := range *d.Metrics {
			value, err := metric.read(root)
			if err != nil {
				return nil, err
			}
			values = append(values, Value{Namespace: *d.Namespace, Name: *metric.Name, Unit: metric.Unit, Dimensions: dimensions, Value: value})
		}
	}
	return values, nil
}

// targets are the dimensions of a set with their values.
func targets(root map[string]json.RawMessage, set []string) (map[string]string, error) {
	if len(set) > maxDimensions {
		return nil, fmt.Errorf("%d dimensions in a set", len(set))
	}
	dimensions := map[string]string{}
	for _, name := range set {
		var value string
		if !within(name, maxDimension) || json.Unmarshal(root[name], &value) != nil || !within(value, maxTarget) {
			return nil, fmt.Errorf("the dimension %q is no text of the line", name)
		}
		dimensions[name] = value
	}
	return dimensions, nil
}

func (m definite) read(root map[string]json.RawMessage) (float64, error) {
	if m.Name == nil || !within(*m.Name, maxName) {
		return 0, errors.New("a metric without a name")
	}
	if m.Unit != "" && !unit.MatchString(m.Unit) {
		return 0, fmt.Errorf("%s has the unit %q", *m.Name, m.Unit)
	}
	if r := m.StorageResolution; r != 0 && r != 1 && r != 60 {
		return 0, fmt.Errorf("%s has the resolution %d", *m.Name, r)
	}
	var value float64
	if root[*m.Name] == nil || json.Unmarshal(root[*m.Name], &value) != nil {
		return 0, fmt.Errorf("the metric %s is no number of the line", *m.Name)
	}
	return value, nil
}

// Counted are the counts of the invocation that a context belongs to, as CloudWatch would take them out of its line, those
// of all functions together.
func Counted(ctx context.Context) (map[string]float64, error) {
	var line bytes.Buffer
	slog.New(slog.NewJSONHandler(&line, nil)).LogAttrs(ctx, slog.LevelInfo, "invocation", metric.Attrs(ctx, time.Unix(0, 0))...)
	values, err := Read(line.Bytes())
	counted := map[string]float64{}
	for _, v := range values {
		if len(v.Dimensions) == 0 {
			counted[v.Name] = v.Value
		}
	}
	return counted, err
}

func within(text string, most int) bool { return text != "" && utf8.RuneCountInString(text) <= most }
