package rehearse

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"

	"github.com/winback-auto/winback/internal/testkit/awssim"
	"github.com/winback-auto/winback/internal/testkit/iam"
	"github.com/winback-auto/winback/internal/testkit/template"
)

// operator is the role of whoever runs the installation. It is not part of the template.
const operator = "operator"

// openOperations makes the account ready for the operator's commands, which read the outputs of the stacks.
func (s *Stand) openOperations(r *template.Resolver) error {
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
	return nil
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
