package rehearse

import (
	"context"
	"fmt"
	"net/http"
	"os/exec"
	"path/filepath"

	"github.com/winback-auto/winback/internal/testkit/awssim"
	"github.com/winback-auto/winback/internal/testkit/iam"
	"github.com/winback-auto/winback/internal/testkit/template"
)

// operator is the role of whoever runs the installation. It is not part of the template.
const operator = "operator"

// openOperations makes the account ready for the operator's commands, which read the outputs of the stacks.
// What follows a deployment is done at once.
func (s *Stand) openOperations(ctx context.Context, r *template.Resolver) error {
	stacks := awssim.CloudFormation{}
	for _, stack := range r.App.Stacks {
		outputs, err := r.Outputs(stack)
		if err != nil {
			return err
		}
		stacks[stack.Name] = map[string]string{}
		for name, value := range outputs {
			stacks[stack.Name][name] = fmt.Sprint(value)
		}
	}
	s.cloud.network.Serve("cloudformation."+Region+".amazonaws.com", stacks)
	everything, err := iam.Parse(map[string]any{"Version": "2012-10-17", "Statement": map[string]any{"Effect": "Allow", "Action": "*", "Resource": "*"}})
	if err != nil {
		return err
	}
	s.cloud.account.SetRole(s.cloud.account.RoleARN(operator), everything)
	if !s.cloud.receiving {
		return nil
	}
	sets := awssim.ReceiptRuleSets{SES: s.cloud.ses}
	s.cloud.network.Serve("email."+Region+".amazonaws.com", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if sets.Recognises(r) {
			sets.ServeHTTP(w, r)
			return
		}
		s.cloud.account.ServeHTTP(w, r)
	}))
	_, err = s.Operate(ctx, "receive", "-env", s.options.Environment)
	return err
}

// Operate runs one of the operator's commands, with the operator's credentials, in a process of its own.
func (s *Stand) Operate(ctx context.Context, args ...string) (string, error) {
	session, err := s.cloud.account.Open(s.cloud.account.RoleARN(operator), operator)
	if err != nil {
		return "", err
	}
	command := exec.CommandContext(ctx, filepath.Join(s.options.Programs, "operate"), args...)
	command.Dir = s.folder
	variables := s.cloud.outside(operator)
	variables["AWS_REGION"] = Region
	for name, value := range session.Environment() {
		variables[name] = value
	}
	command.Env = []string{}
	for name, value := range variables {
		command.Env = append(command.Env, name+"="+value)
	}
	out, err := command.CombinedOutput()
	if err != nil {
		return string(out), fmt.Errorf("rehearse: operate %v: %w\n%s", args, err, out)
	}
	return string(out), nil
}
