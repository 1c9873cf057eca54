package template

import (
	"fmt"
	"maps"
	"slices"
)

// App is what one synthesis made: its stacks, each after those that it depends on.
type App struct {
	Stacks []*Stack
}

// Stack is one template and what the assembly says about it.
type Stack struct {
	ID                    string // of the artifact in the assembly
	Name                  string // that CloudFormation knows it by
	Account, Region       string // empty where the stack is for any
	TerminationProtection bool
	Tags                  map[string]string
	DependsOn             []string // ids of stacks that are deployed before
	File                  string   // path of the template
	Size                  int      // bytes of the template as it is uploaded

	Description string
	Transform   any
	Parameters  []Parameter
	Mappings    map[string]any
	Conditions  map[string]any
	Resources   []*Resource
	Outputs     []Output

	resources map[string]*Resource
}

// Resource is one thing that a stack makes. Properties are as written, with intrinsic functions; Resolver.Properties
// resolves them.
type Resource struct {
	Stack               *Stack
	ID                  string // logical id
	Type                string // AWS::SQS::Queue
	Properties          map[string]any
	Metadata            map[string]any
	Condition           string
	DependsOn           []string
	DeletionPolicy      string
	UpdateReplacePolicy string
	UpdatePolicy        map[string]any
	CreationPolicy      map[string]any
}

// Parameter is a value that is given at deployment.
type Parameter struct {
	Name     string
	Type     string
	Default  any // nil: none
	NoEcho   bool
	Settings map[string]any // everything that the template says about it
}

// Output is a value that a deployed stack shows.
type Output struct {
	Name        string
	Description string
	Value       any
	Export      any // its name for other stacks; nil: none
	Condition   string
}

// String is stack and logical id, as errors and findings name a resource.
func (r *Resource) String() string { return r.Stack.Name + "/" + r.ID }

// Path is the resource's place in the construct tree, empty where CDK did not say.
func (r *Resource) Path() string { return Text(r.Metadata, "aws:cdk:path") }

// Resource finds a resource by its logical id.
func (s *Stack) Resource(id string) (*Resource, bool) {
	r, ok := s.resources[id]
	return r, ok
}

// Of lists the resources of the given types in the order of the template.
func (s *Stack) Of(types ...string) (found []*Resource) {
	for _, r := range s.Resources {
		if slices.Contains(types, r.Type) {
			found = append(found, r)
		}
	}
	return found
}

// Stack finds a stack by its name or the id of its artifact.
func (a *App) Stack(name string) (*Stack, bool) {
	for _, s := range a.Stacks {
		if s.Name == name || s.ID == name {
			return s, true
		}
	}
	return nil, false
}

// Of lists the resources of the given types over all stacks.
func (a *App) Of(types ...string) (found []*Resource) {
	for _, s := range a.Stacks {
		found = append(found, s.Of(types...)...)
	}
	return found
}

// Resources lists all resources over all stacks.
func (a *App) Resources() (all []*Resource) {
	for _, s := range a.Stacks {
		all = append(all, s.Resources...)
	}
	return all
}

// Output finds an output by its name; a name that two stacks use is an error.
func (a *App) Output(name string) (*Stack, Output, error) {
	var stack *Stack
	var found Output
	for _, s := range a.Stacks {
		for _, o := range s.Outputs {
			if o.Name != name {
				continue
			}
			if stack != nil {
				return nil, Output{}, fmt.Errorf("template: both %s and %s have an output %s", stack.Name, s.Name, name)
			}
			stack, found = s, o
		}
	}
	if stack == nil {
		return nil, Output{}, fmt.Errorf("template: no stack has an output %s", name)
	}
	return stack, found, nil
}

// Clone is a copy that shares nothing with the original: a test damages it and asks who notices.
func (a *App) Clone() *App {
	c := &App{}
	for _, s := range a.Stacks {
		c.Stacks = append(c.Stacks, s.clone())
	}
	return c
}

func (s *Stack) clone() *Stack {
	c := *s
	c.Tags = maps.Clone(s.Tags)
	c.Mappings, _ = copied(s.Mappings).(map[string]any)
	c.Conditions, _ = copied(s.Conditions).(map[string]any)
	c.Parameters, c.Outputs = slices.Clone(s.Parameters), slices.Clone(s.Outputs)
	for i := range c.Outputs {
		c.Outputs[i].Value, c.Outputs[i].Export = copied(c.Outputs[i].Value), copied(c.Outputs[i].Export)
	}
	c.Resources, c.resources = nil, map[string]*Resource{}
	for _, r := range s.Resources {
		d := *r
		d.Stack = &c
		d.Properties, _ = copied(r.Properties).(map[string]any)
		d.Metadata, _ = copied(r.Metadata).(map[string]any)
		d.UpdatePolicy, _ = copied(r.UpdatePolicy).(map[string]any)
		d.DependsOn = slices.Clone(r.DependsOn)
		c.Resources = append(c.Resources, &d)
		c.resources[d.ID] = &d
	}
	return &c
}

// Remove takes a resource out of its stack, as if it had never been declared.
func (s *Stack) Remove(id string) {
	s.Resources = slices.DeleteFunc(s.Resources, func(r *Resource) bool { return r.ID == id })
	delete(s.resources, id)
}

func copied(v any) any {
	switch v := v.(type) {
	case map[string]any:
		if v == nil {
			return v
		}
		m := make(map[string]any, len(v))
		for name, member := range v {
			m[name] = copied(member)
		}
		return m
	case []any:
		list := make([]any, len(v))
		for i, member := range v {
			list[i] = copied(member)
		}
		return list
	}
	return v
}
