package eml

import (
	"strings"

	xhtml "golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// blocks are the elements of HTML that begin and end a line.
var blocks = map[atom.Atom]bool{
	atom.Address: true, atom.Article: true, atom.Blockquote: true, atom.Body: true, atom.Br: true, atom.Center: true, atom.Dd: true, atom.Div: true,
	atom.Dl: true, atom.Dt: true, atom.Fieldset: true, atom.Footer: true, atom.Form: true, atom.H1: true, atom.H2: true, atom.H3: true, atom.H4: true,
	atom.H5: true, atom.H6: true, atom.Header: true, atom.Hr: true, atom.Li: true, atom.Ol: true, atom.P: true, atom.Pre: true, atom.Section: true,
	atom.Table: true, atom.Tbody: true, atom.Thead: true, atom.Tr: true, atom.Ul: true,
}

// unseen are those whose content nobody reads.
var unseen = map[atom.Atom]bool{atom.Head: true, atom.Script: true, atom.Style: true, atom.Title: true, atom.Template: true, atom.Noscript: true}

// Text is what a person reads of a mail in HTML: blocks are lines, cells of a table have a tab between them.
func Text(document string) string {
	z := xhtml.NewTokenizer(strings.NewReader(document))
	var b, current strings.Builder
	end := func(always bool) {
		if l := strings.TrimSpace(current.String()); l != "" || always {
			b.WriteString(l + "\n")
		}
		current.Reset()
	}
	hidden := atom.Atom(0)
	for {
		switch token := z.Next(); token {
		case xhtml.ErrorToken:
			end(false)
			return b.String()
		case xhtml.TextToken:
			if hidden == 0 {
				current.WriteString(newlines.Replace(string(z.Text())))
			}
		case xhtml.StartTagToken, xhtml.SelfClosingTagToken, xhtml.EndTagToken:
			name, _ := z.TagName()
			tag := atom.Lookup(name)
			switch {
			case hidden != 0:
				if token == xhtml.EndTagToken && tag == hidden {
					hidden = 0
				}
			case unseen[tag] && token == xhtml.StartTagToken:
				hidden = tag
			case blocks[tag]:
				end(tag == atom.Br)
			case (tag == atom.Td || tag == atom.Th) && token == xhtml.EndTagToken:
				current.WriteByte('\t')
			}
		}
	}
}

// newlines and tabs of the source are blanks on the page.
var newlines = strings.NewReplacer("\r", " ", "\n", " ", "\t", " ")
