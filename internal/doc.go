// Package internal is a guided tour of Winback, from the bottom up. It holds no code.
//
// # What everything stands on: platform
//
// An error has a kind, and the kind alone decides what happens next ([errs]). Ids are minted for things and derived for
// intents ([ident]); there, too, is Company, the tenant as a type, with which every key begins. Records live in a single
// table over a small driver ([table]): a Kind describes a record, a Record carries its lock state, a write is all or
// nothing, and what it causes elsewhere is promised in the same item. An Outbox publishes such messages after the commit,
// and a sweeper publishes what was left behind ([queue]). Lists that people filter are postings ([search]), and files of theirs
// are read row by row ([sheet]). Mails go through a ledger in which every intent is sent at most once ([mail]); those that come in are
// files that somebody leaves and announces ([blob]), read as they are ([eml]). Small secrets are sealed with their company ([secret]),
// tokens in links are signed for one purpose ([link]), what goes to other
// systems' addresses for its receiver ([webhook]), sign-ins are kept elsewhere ([identity]), and who may do what is one
// table ([access]); who did what is kept in the write that did it ([audit]). HTTP is typed handlers with strict input and
// problem documents ([web]); payloads of AWS are bytes with a codec ([event]); and a function is one value from which
// everything else follows ([app]). What alarms and dashboard are made of is counted from one list ([metric]).
// Regular expressions are compiled when they are first asked for, and not at every start ([pattern]).
//
// # The two worlds
//
// In AWS: lambdahost completes a function with dynamotable, sqsqueue, sesmail, s3inbox, kmssecret, cognito and linkkeys; deployment
// opens an installation for its operators (functions/operate). On one
// machine: localhost is gateway, poller, scheduler and event bus over pebbletable, pebblequeue, dirmail, dirinbox, keyfile and
// jwtidentity. Both pass the same contracts, which stand beside the ports (tabletest, queuetest, mailtest, secrettest,
// identitytest), and both run the same host core, bytes in and bytes out.
//
// # The partner
//
// Package partner is the port to whoever watches vehicles; autograb speaks AutoGrab's API, and autograbsim is a faithful
// stand-in that shares nothing with it but golden files. Beside it dmssim takes webhooks as a dealer's management system does.
//
// # The features
//
// A company has yards, users, roles and connections ([company]). It knows customers ([customer]), has valued their cars
// ([appraisal]), works on enquiries and what customers answer ([lead]) and on follow-up that is none ([prospect]). [recapture] is the thread that
// connects them: read it first, in the order recapture.go, batch.go, submission.go, submit.go, poll.go, webhook.go,
// verify.go, convert.go. [dms] exchanges follow-up with the dealer's management system. [notify] tells users what happened. [vehicle], [money] and [phone] are the nouns that all of
// them share.
//
// # What keeps it true
//
// testkit/arch fails when somebody imports in the wrong direction, functions/catalogue_test.go when functions do not fit
// together, functions/local/crash_test.go when a killed process loses or repeats anything.
//
// [errs]: https://pkg.go.dev/github.com/winback-auto/winback/internal/platform/errs
// [ident]: https://pkg.go.dev/github.com/winback-auto/winback/internal/platform/ident
// [table]: https://pkg.go.dev/github.com/winback-auto/winback/internal/platform/table
// [queue]: https://pkg.go.dev/github.com/winback-auto/winback/internal/platform/queue
// [sheet]: https://pkg.go.dev/github.com/winback-auto/winback/internal/platform/sheet
// [search]: https://pkg.go.dev/github.com/winback-auto/winback/internal/platform/search
// [mail]: https://pkg.go.dev/github.com/winback-auto/winback/internal/platform/mail
// [blob]: https://pkg.go.dev/github.com/winback-auto/winback/internal/platform/blob
// [eml]: https://pkg.go.dev/github.com/winback-auto/winback/internal/platform/eml
// [secret]: https://pkg.go.dev/github.com/winback-auto/winback/internal/platform/secret
// [link]: https://pkg.go.dev/github.com/winback-auto/winback/internal/platform/link
// [webhook]: https://pkg.go.dev/github.com/winback-auto/winback/internal/platform/webhook
// [identity]: https://pkg.go.dev/github.com/winback-auto/winback/internal/platform/identity
// [access]: https://pkg.go.dev/github.com/winback-auto/winback/internal/platform/access
// [audit]: https://pkg.go.dev/github.com/winback-auto/winback/internal/platform/audit
// [web]: https://pkg.go.dev/github.com/winback-auto/winback/internal/platform/web
// [event]: https://pkg.go.dev/github.com/winback-auto/winback/internal/platform/event
// [app]: https://pkg.go.dev/github.com/winback-auto/winback/internal/platform/app
// [metric]: https://pkg.go.dev/github.com/winback-auto/winback/internal/platform/metric
// [pattern]: https://pkg.go.dev/github.com/winback-auto/winback/internal/platform/pattern
// [company]: https://pkg.go.dev/github.com/winback-auto/winback/internal/company
// [customer]: https://pkg.go.dev/github.com/winback-auto/winback/internal/customer
// [appraisal]: https://pkg.go.dev/github.com/winback-auto/winback/internal/appraisal
// [lead]: https://pkg.go.dev/github.com/winback-auto/winback/internal/lead
// [prospect]: https://pkg.go.dev/github.com/winback-auto/winback/internal/prospect
// [dms]: https://pkg.go.dev/github.com/winback-auto/winback/internal/dms
// [recapture]: https://pkg.go.dev/github.com/winback-auto/winback/internal/recapture
// [notify]: https://pkg.go.dev/github.com/winback-auto/winback/internal/notify
// [vehicle]: https://pkg.go.dev/github.com/winback-auto/winback/internal/vehicle
// [money]: https://pkg.go.dev/github.com/winback-auto/winback/internal/money
// [phone]: https://pkg.go.dev/github.com/winback-auto/winback/internal/phone
package internal
