package stack

import (
	"errors"
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"

	"github.com/winback-auto/winback/internal/platform/app"
)

// Options are what New needs besides an environment.
type Options struct {
	Functions []app.Function           // of the catalogue
	Code      func(name string) string // file of a function's code, a zip with bootstrap in it
}

// Stacks are those of one environment.
type Stacks struct{ Mail, Data, App, Watch awscdk.Stack }

// New declares all that an environment consists of.
func New(root awscdk.App, env Environment, options Options) (Stacks, error) {
	if err := errors.Join(env.Check(), app.Validate(options.Functions), checkPublic(options.Functions), checkReceiving(env, options.Functions)); err != nil {
		return Stacks{}, err
	}

	// The data stack cannot drop what the app stack still uses.
	root.Node().SetContext(text("@aws-cdk/core:defaultCrossStackReferences"), "strong")

	mail := newStack(root, env, "mail", "where mails come from")
	sender(mail, env, options.Functions)

	data := newStack(root, env, "data", "what must never be lost")
	data.AddStackDependency(mail, text("invitations come from the sender"))
	d := stores{
		table:    usedTable(data, env),
		seal:     sealingKey(data, env),
		linkKeys: linkKeys(data, env),
		signIn:   signIn(data, env),
		inbox:    newInbox(data, env, options.Functions),
	}

	app := newStack(root, env, "app", "what can be made again")
	app.AddStackDependency(mail, text("mails need their configuration set"))
	api := newAPI(app, env, d.signIn, options.Functions)
	queues := newQueues(app, env, options.Functions)
	for _, f := range options.Functions {
		function := newFunction(app, env, f, wiring{d, queues, api.baseURL}, options.Code)
		switch {
		case f.HTTP != nil:
			api.serve(function)
		case f.Consumes != nil:
			consume(function, queues[f.Consumes.Topic])
		case f.Every != nil:
			schedule(function)
		case f.On != nil:
			subscribe(function, d.inbox)
		}
	}
	api.open()
	sampling(app, env)

	watch := newStack(root, env, "watch", "who hears when something is wrong")
	watch.AddStackDependency(app, text("alarms are about what is there"))
	hearers := newHearers(watch, env)
	for _, a := range alarms(env, options.Functions, api.api.Ref()) {
		hearers.raise(a)
	}
	dashboard(watch, env, options.Functions, api.api.Ref())
	budget(watch, env)
	return Stacks{mail, data, app, watch}, nil
}

// newStack is an empty stack of an environment, tagged.
func newStack(root awscdk.App, env Environment, part, holds string) awscdk.Stack {
	s := awscdk.NewStack(root, text(env.Name(part)), &awscdk.StackProps{
		StackName:             text(env.Name(part)),
		Description:           text(fmt.Sprintf("Winback %s: %s", env.Key, holds)),
		Env:                   &awscdk.Environment{Region: text(env.Region), Account: optional(env.Account)},
		AnalyticsReporting:    no,
		TerminationProtection: flag(env.Keep),
		Synthesizer:           awscdk.NewDefaultStackSynthesizer(&awscdk.DefaultStackSynthesizerProps{GenerateBootstrapVersionRule: no}),
	})
	for key, value := range map[string]string{
		"application": "winback", "environment": env.Key, "owner": env.Owner, "data-class": dataClass[part],
	} {
		awscdk.Tags_Of(s).Add(text(key), text(value), nil)
	}
	return s
}

// dataClass says what a stack holds: data of people, or nothing but ids.
var dataClass = map[string]string{"mail": "none", "data": "personal", "app": "ids", "watch": "none"}
