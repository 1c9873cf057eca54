package rehearse

import (
	"context"
	"fmt"
	"net/http"
	"strings"
)

// spoken is one of a lead's conversation.
type spoken struct {
	ID, Kind, Text string
	Delivery       struct{ State string }
	Received       struct{ Attachments []struct{ Number int } }
}

// converse writes to a lead's customer, who answers with a file to the address that the mail names, twice, and then by a program.
// The answer is on the lead once, with its file, and its user is told of it.
func (p *play) converse(ctx context.Context) error {
	const customer = "ida.answer@mail.example"
	lead, err := p.manager.post(ctx, "/v1/leads", map[string]any{"customer": map[string]string{"first": "Ida", "last": "Answer", "email": customer}})
	if err != nil {
		return err
	}
	path := "/v1/leads/" + lead
	if err := p.manager.send(ctx, http.MethodPost, path+"/reply", map[string]string{"subject": "Your wish", "body": "When can you come?"}, nil); err != nil {
		return err
	}
	if err := p.drain(ctx); err != nil {
		return err
	}
	to, err := p.answersTo(ctx, customer)
	if err != nil {
		return err
	}
	anonymous := client{base: p.Winback}
	answer := mailed(customer, to, "answer", "Content-Type: multipart/mixed; boundary=b", "--b\r\n\r\nOn Saturday.\r\n--b\r\nContent-Type: text/plain; name=car.txt\r\nContent-Disposition: attachment\r\n\r\nblue\r\n--b--")
	for _, content := range [][]byte{answer, answer, mailed(customer, to, "away", "Auto-Submitted: auto-replied", "I am away.")} {
		if _, err := anonymous.deliver(ctx, content); err != nil {
			return err
		}
		if err := p.drain(ctx); err != nil {
			return err
		}
	}
	var page struct{ Items []spoken }
	err = until(ctx, p.patience(), func() (bool, error) {
		page.Items = nil
		err := p.manager.get(ctx, path+"/conversation", &page)
		return heard(page.Items), err
	})
	if err != nil {
		return fmt.Errorf("%w: the conversation is %+v", err, page.Items)
	}
	p.out.Answers += len(page.Items) - 1
	var l struct{ Unanswered bool }
	if err := p.manager.get(ctx, path, &l); err != nil {
		return err
	}
	if !l.Unanswered {
		return fmt.Errorf("rehearse: nobody sees that the customer of lead %s waits", lead)
	}
	letter := path + "/letters/" + page.Items[1].ID
	if err := p.manager.get(ctx, letter, nil); err != nil {
		return err
	}
	return p.manager.get(ctx, fmt.Sprintf("%s/attachments/%d", letter, page.Items[1].Received.Attachments[0].Number), nil)
}

// heard reports whether a conversation is whole, the latest first: what a program said, the answer, and the mail that was
// delivered before.
func heard(all []spoken) bool {
	return len(all) == 3 && all[0].Text == "I am away." && all[1].Text == "On Saturday." && len(all[1].Received.Attachments) == 1 && all[2].Delivery.State == "delivered"
}

// answersTo is where the latest mail to an address wants to be answered.
func (p *play) answersTo(ctx context.Context, address string) (string, error) {
	var box struct {
		Items []struct {
			To      string
			Headers map[string]string
		}
	}
	if err := (client{base: p.Winback}).get(ctx, "/_local/outbox?limit=100000", &box); err != nil {
		return "", err
	}
	for _, m := range box.Items {
		if to := m.Headers["Reply-To"]; strings.Contains(m.To, address) && to != "" {
			return to, nil
		}
	}
	return "", fmt.Errorf("rehearse: no mail to %s says where it is answered", address)
}

// mailed is a mail as its sender's program writes it.
func mailed(from, to, id, field, content string) []byte {
	return []byte("From: " + from + "\r\nTo: " + to + "\r\nSubject: Re: Your wish\r\nMessage-ID: <" + id + "@mail.example>\r\n" + field + "\r\n\r\n" + content)
}
