package template

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Resolver works out what a template means in one account and region.
type Resolver struct {
	App                        *App
	Account, Region, Partition string
	Parameters                 map[string]string // by name, over all stacks; they win over defaults
	// Attributes answers Fn::GetAtt, and Ref (as the name "Ref"), of a resource. Nil: Resolver.Physical, which says what
	// AWS would, with made-up ids.
	Attributes func(r *Resource, name string) (any, error)

	open []string // what is being resolved just now, to find circles
}

// For is a resolver for an account and region in the standard partition.
func (a *App) For(account, region string) *Resolver {
	return &Resolver{App: a, Account: account, Region: region, Partition: "aws"}
}

// none is AWS::NoValue: the member or element that holds it does not exist.
type none struct{}

// Properties resolves the properties of a resource.
func (r *Resolver) Properties(of *Resource) (map[string]any, error) {
	v, err := r.value(of.Stack, of.Properties, "Properties")
	if err != nil {
		return nil, fmt.Errorf("template: %s (%s): %w", of, of.Type, err)
	}
	return v.(map[string]any), nil
}

// Property resolves one property of a resource, at a path of names; nil where it is not there.
func (r *Resolver) Property(of *Resource, path ...string) (any, error) {
	raw, ok := At(of.Properties, path...)
	if !ok {
		return nil, nil
	}
	v, err := r.value(of.Stack, raw, "Properties."+strings.Join(path, "."))
	if err != nil {
		return nil, fmt.Errorf("template: %s (%s): %w", of, of.Type, err)
	}
	if v == (none{}) {
		return nil, nil
	}
	return v, nil
}

// Value resolves anything that stands in a stack's template.
func (r *Resolver) Value(in *Stack, v any) (any, error) {
	resolved, err := r.value(in, v, "value")
	if err != nil {
		return nil, fmt.Errorf("template: %s: %w", in.Name, err)
	}
	if resolved == (none{}) {
		return nil, nil
	}
	return resolved, nil
}

// Outputs resolves the outputs of a stack whose conditions hold, by name.
func (r *Resolver) Outputs(of *Stack) (map[string]any, error) {
	all := map[string]any{}
	for _, o := range of.Outputs {
		holds, err := r.holds(of, o.Condition)
		if err != nil {
			return nil, fmt.Errorf("template: %s: output %s: %w", of.Name, o.Name, err)
		}
		if !holds {
			continue
		}
		if all[o.Name], err = r.value(of, o.Value, "Value"); err != nil {
			return nil, fmt.Errorf("template: %s: output %s: %w", of.Name, o.Name, err)
		}
	}
	return all, nil
}

// Included reports whether the condition of a resource, if it has one, holds.
func (r *Resolver) Included(of *Resource) (bool, error) {
	holds, err := r.holds(of.Stack, of.Condition)
	if err != nil {
		return false, fmt.Errorf("template: %s (%s): %w", of, of.Type, err)
	}
	return holds, nil
}

func (r *Resolver) value(in *Stack, v any, path string) (any, error) {
	switch v := v.(type) {
	case map[string]any:
		name, argument, is, err := intrinsic(v)
		if err != nil {
			return nil, locate(path, err)
		}
		if !is {
			return r.members(in, v, path)
		}
		resolved, err := r.call(in, name, argument, path)
		return resolved, locate(path, err)
	case []any:
		list := make([]any, 0, len(v))
		for i, element := range v {
			resolved, err := r.value(in, element, fmt.Sprintf("%s.%d", path, i))
			if err != nil {
				return nil, err
			}
			if resolved != (none{}) {
				list = append(list, resolved)
			}
		}
		return list, nil
	case string:
		if strings.Contains(v, "{{resolve:") {
			return nil, locate(path, fmt.Errorf("%q is looked up by CloudFormation at deployment; nothing here can", v))
		}
	}
	return v, nil
}

func (r *Resolver) members(in *Stack, v map[string]any, path string) (any, error) {
	object := make(map[string]any, len(v))
	for _, name := range slices.Sorted(maps.Keys(v)) {
		resolved, err := r.value(in, v[name], path+"."+name)
		if err != nil {
			return nil, err
		}
		if resolved != (none{}) {
			object[name] = resolved
		}
	}
	return object, nil
}

// located is an error that already says where in the template it arose.
type located struct {
	path string
	error
}

func (l located) Error() string { return l.path + ": " + l.error.Error() }

func (l located) Unwrap() error { return l.error }

// locate says where an error arose, once: the innermost place is the one to look at.
func locate(path string, err error) error {
	var already located
	if err == nil || errors.As(err, &already) {
		return err
	}
	return located{path, err}
}

// intrinsic tells an intrinsic function from an ordinary object.
func intrinsic(v map[string]any) (name string, argument any, is bool, err error) {
	for member := range v {
		if member == "Ref" || strings.HasPrefix(member, "Fn::") {
			if len(v) > 1 {
				return "", nil, false, fmt.Errorf("%s stands beside other members", member)
			}
			return member, v[member], true, nil
		}
	}
	return "", nil, false, nil
}

func (r *Resolver) call(in *Stack, name string, argument any, path string) (any, error) {
	switch name {
	case "Ref":
		target, ok := argument.(string)
		if !ok {
			return nil, errors.New("a Ref needs a name")
		}
		return r.ref(in, target)
	case "Fn::GetAtt":
		return r.getAtt(in, argument)
	case "Fn::Sub":
		return r.sub(in, argument, path)
	case "Fn::If":
		return r.choose(in, argument, path)
	}
	resolved, err := r.value(in, argument, path)
	if err != nil {
		return nil, err
	}
	switch name {
	case "Fn::Join":
		return join(resolved)
	case "Fn::Split":
		return split(resolved)
	case "Fn::Select":
		return pick(resolved)
	case "Fn::FindInMap":
		return find(in.Mappings, resolved)
	case "Fn::ImportValue":
		return r.imported(resolved)
	}
	return nil, fmt.Errorf("%s is not known here", name)
}

func (r *Resolver) ref(in *Stack, target string) (any, error) {
	if strings.HasPrefix(target, "AWS::") {
		return r.pseudo(in, target)
	}
	for _, p := range in.Parameters {
		if p.Name == target {
			return r.parameter(p)
		}
	}
	resource, ok := in.Resource(target)
	if !ok {
		return nil, fmt.Errorf("no target of Ref %s: the stack %s has no such parameter or resource", target, in.Name)
	}
	return r.attribute(resource, "Ref")
}

func (r *Resolver) pseudo(in *Stack, name string) (any, error) {
	switch name {
	case "AWS::AccountId":
		return r.Account, nil
	case "AWS::Region":
		return r.Region, nil
	case "AWS::Partition":
		return r.Partition, nil
	case "AWS::URLSuffix":
		return "amazonaws.com", nil
	case "AWS::StackName":
		return in.Name, nil
	case "AWS::StackId":
		return fmt.Sprintf("arn:%s:cloudformation:%s:%s:stack/%s/%s", r.Partition, r.Region, r.Account, in.Name, uuid(in.Name)), nil
	case "AWS::NotificationARNs":
		return []any{}, nil
	case "AWS::NoValue":
		return none{}, nil
	}
	return nil, fmt.Errorf("no target of Ref %s: no such pseudo parameter", name)
}

func (r *Resolver) parameter(p Parameter) (any, error) {
	list := p.Type == "CommaDelimitedList" || strings.HasPrefix(p.Type, "List<")
	given, ok := r.Parameters[p.Name]
	if !ok {
		if strings.HasPrefix(p.Type, "AWS::SSM::Parameter") {
			return nil, fmt.Errorf("parameter %s is looked up in SSM; give its value", p.Name)
		}
		if p.Default == nil {
			return nil, fmt.Errorf("parameter %s has no default; give its value", p.Name)
		}
		given, _ = text(p.Default)
	}
	if !list {
		return given, nil
	}
	var values []any
	for value := range strings.SplitSeq(given, ",") {
		values = append(values, strings.TrimSpace(value))
	}
	return values, nil
}

func (r *Resolver) getAtt(in *Stack, argument any) (any, error) {
	var id, name string
	switch argument := argument.(type) {
	case string:
		id, name, _ = strings.Cut(argument, ".")
	case []any:
		if len(argument) == 2 {
			id, _ = argument[0].(string)
			name, _ = argument[1].(string)
		}
	}
	if id == "" || name == "" {
		return nil, fmt.Errorf("Fn::GetAtt needs a resource and an attribute, not %v", argument)
	}
	resource, ok := in.Resource(id)
	if !ok {
		return nil, fmt.Errorf("Fn::GetAtt %s.%s: the stack %s has no such resource", id, name, in.Name)
	}
	return r.attribute(resource, name)
}

func (r *Resolver) attribute(of *Resource, name string) (any, error) {
	holds, err := r.holds(of.Stack, of.Condition)
	if err != nil {
		return nil, err
	}
	if !holds {
		return nil, fmt.Errorf("%s does not exist, its condition %s is false", of.ID, of.Condition)
	}
	return r.enter(of.String()+"."+name, func() (any, error) {
		if r.Attributes != nil {
			return r.Attributes(of, name)
		}
		return r.Physical(of, name)
	})
}

// enter resolves something that may lead back to itself.
func (r *Resolver) enter(what string, resolve func() (any, error)) (any, error) {
	if slices.Contains(r.open, what) {
		return nil, fmt.Errorf("%s leads back to itself: %s", what, strings.Join(r.open, " → "))
	}
	r.open = append(r.open, what)
	defer func() { r.open = r.open[:len(r.open)-1] }()
	return resolve()
}

func (r *Resolver) imported(name any) (any, error) {
	for _, s := range r.App.Stacks {
		for _, o := range s.Outputs {
			if o.Export == nil {
				continue
			}
			export, err := r.value(s, o.Export, "Export")
			if err != nil {
				return nil, fmt.Errorf("output %s of %s: %w", o.Name, s.Name, err)
			}
			if export == name {
				return r.enter("export "+fmt.Sprint(name), func() (any, error) { return r.value(s, o.Value, "output "+o.Name+" of "+s.Name) })
			}
		}
	}
	return nil, fmt.Errorf("Fn::ImportValue %v: no stack exports that", name)
}
