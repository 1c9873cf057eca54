package awssim

import "net/http"

// Lambda tells how many invocations an account may run at once: GetAccountSettings. Functions it has none; those run under
// package lambdaruntime.
type Lambda struct {
	Concurrent int // invocations at once; 0: 1,000, which is usual
	Reserved   int // of these, set aside for functions
}

// Name implements Service.
func (Lambda) Name() string { return "lambda" }

// Action implements Service.
func (Lambda) Action(r *http.Request) string {
	if r.Method == http.MethodGet && (r.URL.Path == "/2016-08-19/account-settings" || r.URL.Path == "/2016-08-19/account-settings/") {
		return "GetAccountSettings"
	}
	return ""
}

// Answer implements Service.
func (l Lambda) Answer(Request) (any, error) {
	concurrent := l.Concurrent
	if concurrent == 0 {
		concurrent = 1_000
	}
	return map[string]any{"AccountLimit": map[string]any{
		"ConcurrentExecutions": concurrent, "UnreservedConcurrentExecutions": concurrent - l.Reserved,
		"TotalCodeSize": 80530636800, "CodeSizeUnzipped": 262144000, "CodeSizeZipped": 52428800,
	}}, nil
}
