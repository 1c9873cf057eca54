package event

import (
	"strconv"
	"strings"
	"time"

	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/queue"
)

// What stands where AWS names an account and a region.
const (
	localAccount = "000000000000"
	localRegion  = "local"
)

// sqsBatch is the event of an SQS event source mapping, as far as we use it.
type sqsBatch struct {
	Records []sqsRecord `json:"Records"`
}

type sqsRecord struct {
	MessageID     string        `json:"messageId"`
	ReceiptHandle string        `json:"receiptHandle"`
	Body          string        `json:"body"`
	Attributes    sqsAttributes `json:"attributes"`
	EventSource   string        `json:"eventSource"`
	ARN           string        `json:"eventSourceARN"`
	Region        string        `json:"awsRegion"`
}

// sqsAttributes are numbers as text, times in Unix milliseconds.
type sqsAttributes struct {
	ReceiveCount string `json:"ApproximateReceiveCount"`
	Sent         string `json:"SentTimestamp"`
	FirstReceive string `json:"ApproximateFirstReceiveTimestamp"`
	Group        string `json:"MessageGroupId,omitempty"`
}

// DecodeBatch reads the messages of a batch, in their order. The topic of each is the name of its queue, which a
// deployment may prefix.
func DecodeBatch(payload []byte) ([]queue.Received, error) {
	var batch sqsBatch
	if err := decode(payload, &batch, "a batch of SQS"); err != nil {
		return nil, err
	}
	if len(batch.Records) == 0 || len(batch.Records) > MaxRecords {
		return nil, errs.E(errs.Invalid, "a batch of SQS with %d messages", len(batch.Records))
	}
	messages := make([]queue.Received, len(batch.Records))
	for i, record := range batch.Records {
		if record.MessageID == "" || record.ReceiptHandle == "" {
			return nil, errs.E(errs.Invalid, "message %d of a batch of SQS has no id or no receipt", i)
		}
		receives, err := strconv.Atoi(record.Attributes.ReceiveCount)
		if err != nil || receives < 1 {
			return nil, errs.E(errs.Invalid, "message %d of a batch of SQS has no receive count", i)
		}
		messages[i] = queue.Received{
			ID:        record.MessageID,
			Topic:     record.ARN[strings.LastIndexByte(record.ARN, ':')+1:],
			Body:      []byte(record.Body),
			Receipt:   record.ReceiptHandle,
			Receives:  receives,
			Sent:      milliseconds(record.Attributes.Sent),
			FirstSeen: milliseconds(record.Attributes.FirstReceive),
			Group:     record.Attributes.Group,
		}
	}
	return messages, nil
}

// EncodeBatch makes the event that delivers messages of one topic.
func EncodeBatch(messages []queue.Received) ([]byte, error) {
	batch := sqsBatch{Records: make([]sqsRecord, len(messages))}
	for i, m := range messages {
		batch.Records[i] = sqsRecord{
			MessageID:     m.ID,
			ReceiptHandle: m.Receipt,
			Body:          string(m.Body),
			Attributes: sqsAttributes{
				ReceiveCount: strconv.Itoa(m.Receives),
				Sent:         strconv.FormatInt(m.Sent.UnixMilli(), 10),
				FirstReceive: strconv.FormatInt(m.FirstSeen.UnixMilli(), 10),
				Group:        m.Group,
			},
			EventSource: "aws:sqs",
			ARN:         "arn:aws:sqs:" + localRegion + ":" + localAccount + ":" + m.Topic,
			Region:      localRegion,
		}
	}
	return encode(batch, "the batch")
}

// milliseconds is the instant of a time attribute; the zero time where it is absent.
func milliseconds(attribute string) time.Time {
	n, err := strconv.ParseInt(attribute, 10, 64)
	if err != nil {
		return time.Time{}
	}
	return time.UnixMilli(n).UTC()
}
