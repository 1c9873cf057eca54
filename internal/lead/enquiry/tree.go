package enquiry

import (
	"bytes"
	"errors"
	"html"
	"io"
	"strings"

	xhtml "golang.org/x/net/html"

	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/pattern"
)

// Bounds of an ADF document, besides MaxBytes.
const (
	maxDepth      = 32
	maxAttributes = 64 // of one element
	maxElements   = 5000
	maxToken      = 64 << 10 // bytes of one text
	maxTag        = 16 << 10 // bytes of one tag, attributes included
)

// element is an XML element with what is in it, names in lower case and without prefixes.
type element struct {
	name       string
	attributes []attribute
	text       []byte // directly in it
	children   []*element
}

type attribute struct{ name, value string }

// parseTree reads an XML document whose root is <adf>.
//
// The tokenizer is that of HTML, because what providers send is markup rather than XML: unquoted attributes, bare
// ampersands, <?ADF VERSION "1.0"?>, quotes from a word processor. encoding/xml refuses most of that, even when it is not
// strict. HTML's has no document types, entities of its own or external ones, so there is nothing to resolve; whoever
// declares some is refused, since the document then says something else to us than to its writer.
func parseTree(text string) (*element, error) {
	if longTag(text) {
		return nil, errs.E(errs.TooLarge, "the document has a tag of more than %d bytes", maxTag)
	}
	z := xhtml.NewTokenizer(strings.NewReader(straightened(text)))
	z.SetMaxBuf(maxToken)
	z.AllowCDATA(true)
	var root *element
	var open []*element
	elements := 0
	for {
		token := z.Next()
		raw := z.Raw()
		switch token {
		case xhtml.ErrorToken:
			return ended(z.Err(), root, open)
		case xhtml.TextToken:
			switch {
			case len(open) > 0:
				top := open[len(open)-1]
				top.text = append(top.text, plain(raw)...)
			case len(bytes.TrimSpace(raw)) > 0 && root == nil:
				return nil, errs.E(errs.Invalid, "there is text before <adf>; send the document alone")
			case len(bytes.TrimSpace(raw)) > 0:
				return nil, trailing()
			}
		case xhtml.DoctypeToken, xhtml.CommentToken:
			if err := harmless(raw); err != nil {
				return nil, err
			}
		case xhtml.StartTagToken, xhtml.SelfClosingTagToken:
			z.NextIsNotRawText() // <title> is no title of a page here
			if elements++; elements > maxElements {
				return nil, errs.E(errs.TooLarge, "the document has more than %d elements", maxElements)
			}
			if len(open) == maxDepth {
				return nil, errs.E(errs.Invalid, "the document nests deeper than %d elements", maxDepth)
			}
			e, err := opened(z)
			if n := len(open) - 1; err == nil && n >= 0 && leaves[open[n].name] && (leaves[e.name] || branches[e.name]) {
				open = open[:n]
			}
			switch {
			case err != nil:
				return nil, err
			case root == nil && e.name != "adf":
				return nil, errs.E(errs.Invalid, "the document's root is not <adf>")
			case root == nil:
				root = e
			case len(open) == 0:
				return nil, trailing()
			default:
				open[len(open)-1].children = append(open[len(open)-1].children, e)
			}
			if token == xhtml.StartTagToken {
				open = append(open, e)
			}
		case xhtml.EndTagToken:
			name, _ := z.TagName()
			open = closed(open, local(string(name)))
		}
	}
}

// longTag reports a tag that is too long, before its attributes are told apart. A > in an attribute only makes it shorter.
func longTag(text string) bool {
	start := -1
	for i := range len(text) {
		switch c := text[i]; {
		case start < 0 && c == '<' && i+1 < len(text) && (text[i+1]|0x20 >= 'a' && text[i+1]|0x20 <= 'z'):
			start = i
		case c == '>':
			start = -1
		case start >= 0 && i-start > maxTag:
			return true
		}
	}
	return false
}

// leaves are the elements of ADF that have text and no elements in them, branches the others. An element of ADF within a
// leaf says that the leaf was not closed.
var (
	leaves = set("id,requestdate,year,make,model,vin,stock,trim,doors,bodystyle,transmission,odometer,condition,imagetag,price,pricecomments," +
		"interiorcolor,exteriorcolor,preference,optionname,manufacturercode,weighting,method,amount,balance,description,earliestdate,latestdate," +
		"vendorname,name,service,url,email,phone,street,apartment,city,regioncode,postalcode,country")
	branches = set("prospect,vehicle,customer,contact,vendor,provider,address,colorcombination,option,finance,timeframe,comments")
)

func set(names string) map[string]bool {
	all := map[string]bool{}
	for name := range strings.SplitSeq(names, ",") {
		all[name] = true
	}
	return all
}

// typographic are attributes in the quotes of a word processor.
var typographic = pattern.Of(`=\s*[\x{201c}\x{201d}\x{201e}\x{201f}]([^\x{201c}\x{201d}<>"]*)[\x{201c}\x{201d}]`)

func straightened(text string) string {
	if !strings.Contains(text, "\u201c") && !strings.Contains(text, "\u201d") {
		return text
	}
	return typographic().ReplaceAllString(text, `="$1"`)
}

// opened is the element that the tokenizer stands at.
func opened(z *xhtml.Tokenizer) (*element, error) {
	name, more := z.TagName()
	e := &element{name: local(string(name))}
	for more {
		var key, value []byte
		if key, value, more = z.TagAttr(); len(e.attributes) == maxAttributes {
			return nil, errs.E(errs.TooLarge, "an element has more than %d attributes", maxAttributes)
		}
		e.attributes = append(e.attributes, attribute{local(string(key)), strings.Trim(string(value), quotes+" \t\r\n")})
	}
	return e, nil
}

// quotes are those of a word processor, which do not delimit an attribute and stay in its value.
const quotes = "\u201c\u201d\u201e\u201f\u2018\u2019\u00ab\u00bb\"'"

// closed is what is open behind an end tag. An end tag that nothing waits for ends nothing; one that leaves elements within
// unclosed closes them.
func closed(open []*element, name string) []*element {
	for i := len(open) - 1; i >= 0; i-- {
		if open[i].name == name {
			return open[:i]
		}
	}
	return open
}

// ended is the outcome at the end of the text.
func ended(err error, root *element, open []*element) (*element, error) {
	switch {
	case errors.Is(err, xhtml.ErrBufferExceeded):
		return nil, errs.E(errs.TooLarge, "the document has a text of more than %d bytes", maxToken)
	case !errors.Is(err, io.EOF):
		return nil, errs.E(errs.Invalid, "the document cannot be read: %w", err)
	case root == nil:
		return nil, errs.E(errs.Invalid, "the document has no <adf>")
	case len(open) > 0:
		return nil, errs.E(errs.Invalid, "the document ends before </adf>; it was cut off on its way")
	}
	return root, nil
}

func trailing() error {
	return errs.E(errs.Invalid, "something follows </adf>; send one document at a time")
}

// harmless passes comments, processing instructions and a bare document type. Nothing of them is looked at.
func harmless(raw []byte) error {
	switch {
	case bytes.HasPrefix(raw, []byte("<!--")), bytes.HasPrefix(raw, []byte("<?")), bytes.HasPrefix(raw, []byte("</")):
		return nil
	case len(raw) > 9 && bytes.EqualFold(raw[:9], []byte("<!doctype")) && !bytes.ContainsAny(raw, "[%&"):
		return nil
	}
	return errs.E(errs.Invalid, "the document declares a document type or entities of its own; send it without them")
}

// local is a name in lower case without its namespace prefix.
func local(name string) string {
	if i := strings.LastIndexByte(name, ':'); i >= 0 {
		name = name[i+1:]
	}
	return strings.ToLower(name)
}

// reference is a character reference with its semicolon. HTML's forms without one are left alone: in XML with bare
// ampersands, ?a=1&copy=2 means just that.
var reference = pattern.Of(`&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});`)

// plain is the text of a token: a CDATA section as it is, anything else with its character references resolved.
func plain(raw []byte) string {
	text := string(raw)
	if inner, is := strings.CutPrefix(text, "<![CDATA["); is {
		return strings.TrimSuffix(inner, "]]>")
	}
	if !strings.Contains(text, "&") {
		return text
	}
	return reference().ReplaceAllStringFunc(text, html.UnescapeString)
}

// attribute is an attribute's value.
func (e *element) attribute(name string) string {
	for _, a := range e.attributes {
		if a.name == name {
			return a.value
		}
	}
	return ""
}

// all is the text of the element and of everything in it, as of a comment with markup of its own.
func (e *element) all() string {
	var b strings.Builder
	var walk func(*element)
	walk = func(e *element) {
		b.Write(e.text)
		for _, child := range e.children {
			b.WriteByte('\n')
			walk(child)
		}
	}
	walk(e)
	return b.String()
}
