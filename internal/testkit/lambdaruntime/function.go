package lambdaruntime

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Function is what runs.
type Function struct {
	Name        string
	ARN         string
	Region      string
	Command     []string          // the bootstrap, and for tests its arguments
	Variables   map[string]string // the function's configuration
	Timeout     time.Duration     // of one invocation
	Memory      int               // MB; told to the process, see MemoryPeak
	LogGroup    string
	Concurrency int // environments at the same time; 0: DefaultConcurrency
}

// DefaultConcurrency bounds a function that reserves nothing: what a machine bears rather than an account's 1,000.
const DefaultConcurrency = 10

// Bounds of Lambda.
const (
	MaxPayload  = 6_291_556        // bytes of a synchronous call or its answer
	MaxInit     = 10 * time.Second // from the start of a process to its first request for work
	MaxSettings = 4_096            // bytes of all variables of a function together
)

// reserved are the variables that Lambda sets itself; a function that configures one is refused.
var reserved = []string{
	"_HANDLER", "_X_AMZN_TRACE_ID", "AWS_DEFAULT_REGION", "AWS_REGION", "AWS_EXECUTION_ENV", "AWS_LAMBDA_FUNCTION_NAME",
	"AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "AWS_LAMBDA_FUNCTION_VERSION", "AWS_LAMBDA_INITIALIZATION_TYPE", "AWS_LAMBDA_LOG_GROUP_NAME",
	"AWS_LAMBDA_LOG_STREAM_NAME", "AWS_ACCESS_KEY", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN",
	"AWS_LAMBDA_RUNTIME_API", "LAMBDA_TASK_ROOT", "LAMBDA_RUNTIME_DIR",
}

// check refuses what Lambda would refuse when the function is created.
func (f Function) check() error {
	var faults []error
	if f.Name == "" || f.ARN == "" || f.Region == "" || len(f.Command) == 0 {
		faults = append(faults, errors.New("needs a name, an ARN, a region and a command"))
	}
	if f.Timeout <= 0 || f.Timeout > 15*time.Minute {
		faults = append(faults, fmt.Errorf("times out after %v, up to 15m are possible", f.Timeout))
	}
	size := 0
	for name, value := range f.Variables {
		if slices.Contains(reserved, name) {
			faults = append(faults, fmt.Errorf("configures %s, which Lambda sets itself", name))
		}
		size += len(name) + len(value)
	}
	if size > MaxSettings {
		faults = append(faults, fmt.Errorf("has variables of %d bytes, at most %d are possible", size, MaxSettings))
	}
	if err := errors.Join(faults...); err != nil {
		return fmt.Errorf("lambdaruntime: function %s %w", f.Name, err)
	}
	return nil
}

// environ is the whole environment of a process: the function's variables, Lambda's own, and those of the network, which
// come last.
func (f Function) environ(address, stream string, network map[string]string) []string {
	all := maps.Clone(f.Variables)
	if all == nil {
		all = map[string]string{}
	}
	maps.Copy(all, map[string]string{
		"_HANDLER":                        "bootstrap",
		"AWS_DEFAULT_REGION":              f.Region,
		"AWS_REGION":                      f.Region,
		"AWS_LAMBDA_FUNCTION_NAME":        f.Name,
		"AWS_LAMBDA_FUNCTION_MEMORY_SIZE": strconv.Itoa(f.Memory),
		"AWS_LAMBDA_FUNCTION_VERSION":     "$LATEST",
		"AWS_LAMBDA_INITIALIZATION_TYPE":  "on-demand",
		"AWS_LAMBDA_LOG_GROUP_NAME":       f.LogGroup,
		"AWS_LAMBDA_LOG_STREAM_NAME":      stream,
		"AWS_LAMBDA_RUNTIME_API":          address,
		"LAMBDA_TASK_ROOT":                "/var/task",
		"LAMBDA_RUNTIME_DIR":              "/var/runtime",
		"LANG":                            "en_US.UTF-8",
		"PATH":                            "/usr/local/bin:/usr/bin/:/bin:/opt/bin",
		"TZ":                              ":UTC",
	})
	maps.Copy(all, network)
	pairs := make([]string, 0, len(all))
	for name, value := range all {
		if !strings.ContainsRune(name, '=') {
			pairs = append(pairs, name+"="+value)
		}
	}
	slices.Sort(pairs)
	return pairs
}
