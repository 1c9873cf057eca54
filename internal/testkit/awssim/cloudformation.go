package awssim

import (
	"encoding/xml"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// CloudFormation tells what stacks have for outputs: DescribeStacks of one stack by its name. It speaks the query protocol,
// requests as forms and answers in XML, so it is a handler by itself and no Service.
//
// Known differences from the service: stacks are there complete or not at all, and have neither resources nor events.
type CloudFormation map[string]map[string]string // outputs, by stack

// cloudFormationVersion is the one version of the interface; requests that carry it are for this service.
const cloudFormationVersion = "2010-05-15"

// Recognises reports whether a request, whose form is parsed by this, is for CloudFormation.
func (c CloudFormation) Recognises(r *http.Request) bool {
	return strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") && r.ParseForm() == nil &&
		r.PostForm.Get("Version") == cloudFormationVersion
}

type describeStacksResponse struct {
	XMLName xml.Name         `xml:"http://cloudformation.amazonaws.com/doc/2010-05-15/ DescribeStacksResponse"`
	Stacks  []describedStack `xml:"DescribeStacksResult>Stacks>member"`
}

type describedStack struct {
	StackName, StackId, StackStatus string
	CreationTime                    time.Time
	Outputs                         []stackOutput `xml:"Outputs>member"`
}

type stackOutput struct{ OutputKey, OutputValue string }

type queryError struct {
	XMLName xml.Name `xml:"http://cloudformation.amazonaws.com/doc/2010-05-15/ ErrorResponse"`
	Type    string   `xml:"Error>Type"`
	Code    string   `xml:"Error>Code"`
	Message string   `xml:"Error>Message"`
}

// ServeHTTP answers one call.
func (c CloudFormation) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name := r.PostFormValue("StackName")
	outputs, there := c[name]
	switch action := r.PostFormValue("Action"); {
	case action != "DescribeStacks":
		answerXML(w, http.StatusBadRequest, queryError{Type: "Sender", Code: "InvalidAction", Message: fmt.Sprintf("Could not find operation %s", action)})
	case !there:
		answerXML(w, http.StatusBadRequest, queryError{Type: "Sender", Code: "ValidationError", Message: fmt.Sprintf("Stack with id %s does not exist", name)})
	default:
		stack := describedStack{
			StackName: name, StackStatus: "CREATE_COMPLETE", CreationTime: time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC),
			StackId: "arn:aws:cloudformation:ap-southeast-2:123456789012:stack/" + name + "/5b1c2d3e",
		}
		for key, value := range outputs {
			stack.Outputs = append(stack.Outputs, stackOutput{key, value})
		}
		slices.SortFunc(stack.Outputs, func(a, b stackOutput) int { return strings.Compare(a.OutputKey, b.OutputKey) })
		answerXML(w, http.StatusOK, describeStacksResponse{Stacks: []describedStack{stack}})
	}
}

func answerXML(w http.ResponseWriter, status int, value any) {
	body, err := xml.Marshal(value)
	if err != nil {
		panic(fmt.Sprintf("awssim: an answer that is no XML: %v", err))
	}
	w.Header().Set("Content-Type", "text/xml")
	w.WriteHeader(status)
	_, _ = w.Write(body) // a client that has gone away is its own problem
}
