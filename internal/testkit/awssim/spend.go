package awssim

// What is paid for beside calls; see Request.Spend.
const (
	ReadUnits    = "dynamodb:ReadRequestUnits"  // on demand
	WriteUnits   = "dynamodb:WriteRequestUnits" // on demand, those of indexes included
	SQSRequests  = "sqs:Requests"               // of up to 64 kB each
	FairRequests = "sqs:FairRequests"           // those with a message group, on top
	Mails        = "ses:Recipients"             // each recipient is a mail
	MailBytes    = "ses:Bytes"                  // of raw content
	LogBytes     = "logs:Bytes"                 // as CloudWatch counts them
	ObjectGets   = "s3:Gets"                    // GetObject and its like, found or not
	ObjectPuts   = "s3:Puts"                    // PutObject and its like
	TextParts    = "sms-voice:Parts"            // segments of text messages
	Traces       = "xray:Traces"                // recorded
)
