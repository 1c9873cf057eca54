package deployment

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"github.com/winback-auto/winback/internal/aws/awserr"
)

// Concurrency is how many invocations of Lambda functions the account may run at once in this region. A new account may run
// ten, until it asks for more.
func (d *Deployment) Concurrency(ctx context.Context) (int, error) {
	client := lambda.NewFromConfig(d.cfg, func(o *lambda.Options) { o.Retryer = awserr.Bounded() })
	out, err := client.GetAccountSettings(ctx, &lambda.GetAccountSettingsInput{})
	if err != nil {
		return 0, explain("Lambda about the account (lambda:GetAccountSettings)", err)
	}
	if out.AccountLimit == nil {
		return 0, errors.New("Lambda does not say how many invocations the account may run at once") //nolint:staticcheck // a name
	}
	return int(out.AccountLimit.ConcurrentExecutions), nil
}
