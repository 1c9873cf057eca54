package awssim

import (
	"encoding/xml"
	"fmt"
	"net/http"
	"strings"
)

// ReceiptRuleSets is the part of the older interface of SES that the newer one lacks: DescribeActiveReceiptRuleSet and
// SetActiveReceiptRuleSet. It speaks the query protocol, so it is a handler by itself, as CloudFormation.
type ReceiptRuleSets struct{ SES *SES }

// sesQueryVersion is the one version of the interface.
const sesQueryVersion = "2010-12-01"

// Recognises reports whether a request, whose form is parsed by this, is for it.
func (ReceiptRuleSets) Recognises(r *http.Request) bool {
	return strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") && r.ParseForm() == nil &&
		r.PostForm.Get("Version") == sesQueryVersion
}

type describedRuleSet struct {
	XMLName xml.Name        `xml:"http://ses.amazonaws.com/doc/2010-12-01/ DescribeActiveReceiptRuleSetResponse"`
	Name    string          `xml:"DescribeActiveReceiptRuleSetResult>Metadata>Name,omitempty"`
	Rules   []describedRule `xml:"DescribeActiveReceiptRuleSetResult>Rules>member"`
}

type describedRule struct {
	Name       string
	Enabled    bool
	Recipients []string `xml:"Recipients>member"`
}

type activatedRuleSet struct {
	XMLName xml.Name `xml:"http://ses.amazonaws.com/doc/2010-12-01/ SetActiveReceiptRuleSetResponse"`
	Result  string   `xml:"SetActiveReceiptRuleSetResult"`
}

type sesQueryError struct {
	XMLName xml.Name `xml:"http://ses.amazonaws.com/doc/2010-12-01/ ErrorResponse"`
	Type    string   `xml:"Error>Type"`
	Code    string   `xml:"Error>Code"`
	Message string   `xml:"Error>Message"`
}

// ServeHTTP answers one call.
func (c ReceiptRuleSets) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch action := r.PostFormValue("Action"); action {
	case "DescribeActiveReceiptRuleSet":
		answerXML(w, http.StatusOK, c.describe())
	case "SetActiveReceiptRuleSet":
		if err := c.SES.Activate(r.PostFormValue("RuleSetName")); err != nil {
			failure := asError(err)
			answerXML(w, failure.Status, sesQueryError{Type: "Sender", Code: failure.Code, Message: failure.Message})
			return
		}
		answerXML(w, http.StatusOK, activatedRuleSet{})
	default:
		answerXML(w, http.StatusBadRequest, sesQueryError{Type: "Sender", Code: "InvalidAction", Message: fmt.Sprintf("Could not find operation %s", action)})
	}
}

func (c ReceiptRuleSets) describe() describedRuleSet {
	set := describedRuleSet{Name: c.SES.ActiveSet()}
	c.SES.mu.Lock()
	defer c.SES.mu.Unlock()
	for _, rule := range c.SES.rules {
		if set.Name != "" && rule.Set == set.Name {
			set.Rules = append(set.Rules, describedRule{rule.Name, !rule.Off, rule.Recipients})
		}
	}
	return set
}
