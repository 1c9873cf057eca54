package rehearse

import (
	"context"
	"fmt"
	"strings"
)

// caller makes calls of AWS JSON services.
type caller interface {
	Call(ctx context.Context, service, action string, in, out any) error
}

// account is who calls AWS from within AWS.
type account interface {
	as(role, session string) caller             // Lambda and the scheduler, on behalf of a role
	asService(service, sourceARN string) caller // rules
	// may checks an invocation: of a role, or else of a service on account of one of its resources.
	may(role, service, source, function string) error
}

// send puts a message into a queue.
func send(ctx context.Context, from caller, queue, body string) error {
	return from.Call(ctx, "sqs", "SendMessage", map[string]any{"QueueUrl": queueURL(queue), "MessageBody": body}, nil)
}

// queueURL is the address of a queue by its ARN.
func queueURL(arn string) string {
	parts := strings.Split(arn, ":")
	if len(parts) != 6 {
		return arn
	}
	return fmt.Sprintf("https://sqs.%s.amazonaws.com/%s/%s", parts[3], parts[4], parts[5])
}
