package arch

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Foreign packages that only one place may know.
const (
	awsSDK    = "github.com/aws/aws-sdk-go-v2"
	awsLambda = "github.com/aws/aws-lambda-go"
	pebble    = "github.com/cockroachdb/pebble"
	cdk       = "github.com/aws/aws-cdk-go"
	jsii      = "github.com/aws/jsii-runtime-go"
)

// linked are the services of AWS in every Lambda: the table, what reads credentials, and what services share.
var linked = []string{"dynamodb", "dynamodbstreams", "internal", "signin", "sso", "ssooidc", "sts"}

// Check returns every broken rule as a sentence, sorted; none when the tree is as designed.
func Check(graph Graph) []string {
	c := checker{graph: graph, used: map[string]bool{}}
	for _, path := range slices.Sorted(maps.Keys(graph)) {
		if p := graph[path]; len(p.Files) > 0 {
			c.layers(path, p)
			c.foreign(path, append(p.Imports[:len(p.Imports):len(p.Imports)], p.TestImports...))
			c.links(path)
			c.names(path, p)
		}
	}
	for _, from := range slices.Sorted(maps.Keys(Edges)) {
		for _, to := range Edges[from] {
			if edge := from + " → " + to; !c.used[edge] {
				c.complain("the edge %s of the map (arch.Edges) is not used: take it out", edge)
			}
		}
	}
	slices.Sort(c.broken)
	return c.broken
}

type checker struct {
	graph  Graph
	used   map[string]bool // edges of the map
	broken []string
}

func (c *checker) complain(format string, args ...any) {
	c.broken = append(c.broken, fmt.Sprintf(format, args...))
}

// layer is a part of the tree, by what it may know.
type layer string

const (
	outside  layer = "outside the module"
	platform layer = "the platform"
	kernel   layer = "the kernel"
	feature  layer = "a feature"
	cloud    layer = "the AWS adapter"
	machine  layer = "the local adapter"
	abroad   layer = "a partner's adapter"
	testing  layer = "test code"
	deployed layer = "functions"
	infra    layer = "infra"
	tour     layer = "the tour"
)

// layerOf sorts a package of the module into its layer.
func layerOf(path string) layer {
	rest, isInternal := strings.CutPrefix(path, "internal/")
	first, _, nested := strings.Cut(rest, "/")
	switch {
	case path == "internal":
		return tour
	case under(path, "functions"):
		return deployed
	case under(path, "infra"):
		return infra
	case !isInternal:
		return outside
	case first == "testkit", strings.HasSuffix(path, "test"):
		return testing
	case first == "platform":
		return platform
	case first == "aws":
		return cloud
	case first == "local":
		return machine
	case first == "partner" && nested:
		return abroad
	case slices.Contains(Kernel, rest):
		return kernel
	}
	return feature
}

func under(path, folder string) bool { return path == folder || strings.HasPrefix(path, folder+"/") }

// layers checks what a package's code imports from the module.
func (c *checker) layers(path string, p Package) {
	from := layerOf(path)
	for _, imported := range p.Imports {
		to := layerOf(imported)
		switch {
		case to == outside || to == platform && from != tour:
		case to == testing:
			if from != testing {
				c.complain("%s imports %s: test code is for tests only", path, imported)
			}
		case from == testing:
		case from == deployed:
			if to == infra {
				c.complain("%s imports %s: what runs does not know how it is wired", path, imported)
			}
		case from == infra:
			if to == machine {
				c.complain("%s imports %s: nothing local is deployed", path, imported)
			}
		case from == platform:
			c.complain("%s imports %s: the platform knows neither features nor adapters", path, imported)
		case to == kernel && from != kernel:
		case from == kernel:
			c.complain("%s imports %s: the kernel knows the platform only", path, imported)
		case from == feature && to == feature:
			c.edge(strings.TrimPrefix(path, "internal/"), strings.TrimPrefix(imported, "internal/"))
		case from == to && (from == cloud || from == machine):
		case from == abroad && to == abroad && company(path) == company(imported):
		case from == abroad && to == abroad:
			c.complain("%s imports %s: an adapter and its simulator share nothing, or they would agree on the same mistake", path, imported)
		case from == feature:
			c.complain("%s imports %s: features never know adapters; functions/ hands them what they need", path, imported)
		default:
			c.complain("%s imports %s: adapters know the platform only, neither features nor each other", path, imported)
		}
	}
}

// company is the partner's package below internal/partner that a path belongs to.
func company(path string) string {
	name, _, _ := strings.Cut(strings.TrimPrefix(path, "internal/partner/"), "/")
	return name
}

func (c *checker) edge(from, to string) {
	if slices.Contains(Edges[from], to) {
		c.used[from+" → "+to] = true
		return
	}
	c.complain("internal/%s imports internal/%s: the map of the domain (arch.Edges) has no such edge", from, to)
}

// foreign checks which packages of others a package imports, its tests included.
func (c *checker) foreign(path string, imports []string) {
	for _, rule := range []struct {
		foreign, sentence string
		allowed           bool
	}{
		{awsSDK, "only internal/aws imports the AWS SDK", under(path, "internal/aws")},
		{awsLambda, "only internal/aws/lambdahost knows Lambda's runtime", path == "internal/aws/lambdahost"},
		{pebble, "only internal/local/pebble* and internal/partner/autograbsim know the embedded store", strings.HasPrefix(path, "internal/local/pebble") || under(path, "internal/partner/autograbsim")},
		{cdk, "only infra imports CDK", under(path, "infra")},
		{jsii, "only infra imports CDK", under(path, "infra")},
	} {
		for _, imported := range imports {
			if !rule.allowed && strings.HasPrefix(imported, rule.foreign) {
				c.complain("%s imports %s: %s", path, imported, rule.sentence)
			}
		}
	}
}

// links checks what ends up in a binary, over however many packages.
func (c *checker) links(path string) {
	complain := func(sentence string, forbidden func(string) bool) {
		if way := c.graph.route(path, forbidden); way != nil {
			c.complain("%s: %s", strings.Join(way, " → "), sentence)
		}
	}
	lambda := layerOf(path) == deployed && path != "functions" && path != "functions/local"
	if lambda {
		complain("no Lambda links what is local", func(to string) bool { return strings.HasPrefix(to, pebble) || layerOf(to) == machine })
		complain("no Lambda links a simulator", func(to string) bool { return under(to, "internal/partner/autograbsim") })
	}
	if path == "internal/aws/lambdahost" {
		complain("every start pays for a service that is linked: the host links the table, and a main names the others (lambdahost.Drivers)", func(to string) bool {
			rest, isService := strings.CutPrefix(to, awsSDK+"/service/")
			service, _, _ := strings.Cut(rest, "/")
			return isService && !slices.Contains(linked, service)
		})
	}
	if l := layerOf(path); l == platform || l == kernel || l == feature {
		complain("features and platform build without AWS", func(to string) bool { return strings.HasPrefix(to, awsSDK) })
	}
}

// names checks the names and lengths of files and packages, and who makes companies.
func (c *checker) names(path string, p Package) {
	if slices.Contains(Nameless, p.Name) {
		c.complain("%s: the name %s does not say what is in it", path, p.Name)
	}
	for _, file := range p.Files {
		if file.Lines > MaxLines {
			c.complain("%s has %d lines, the most is %d: what are its two nouns?", file.Path, file.Lines, MaxLines)
		}
		_, isDoor := Doors[file.Path]
		if file.Trusted && !isDoor && layerOf(path) != testing && !strings.HasSuffix(file.Path, "_test.go") {
			c.complain("%s calls ident.Trusted: a company comes through one of the doors (arch.Doors) only", file.Path)
		}
	}
}
