package dynamosim

import (
	"encoding/json"
	"net/http"

	"github.com/winback-auto/winback/internal/testkit/awssim"
)

// Throttle is how DynamoDB turns a call away that exceeds the throughput of a partition or of the account, for
// awssim.AccountOptions.Fault: a transaction is cancelled with the reason, anything else fails.
func Throttle(in awssim.Incoming) awssim.Fault {
	fault := awssim.Fault{Status: http.StatusBadRequest, Code: shapes + "ProvisionedThroughputExceededException"}
	if in.Action != "TransactWriteItems" {
		return fault
	}
	var request struct{ TransactItems []json.RawMessage }
	if json.Unmarshal(in.Body, &request) != nil || len(request.TransactItems) == 0 {
		return fault
	}
	reasons := make([]reason, len(request.TransactItems))
	for i := range reasons {
		reasons[i].Code = "None"
	}
	reasons[0] = reason{Code: "ThrottlingError", Message: "Throughput exceeds the current capacity of your table or index."}
	fault.Code, fault.More = shapes+"TransactionCanceledException", map[string]any{"CancellationReasons": reasons}
	return fault
}
