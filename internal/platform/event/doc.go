// Package event is the codec of what AWS hands to a Lambda and takes back: HTTP requests of an API Gateway HTTP API
// (payload format 2.0), batches of SQS with their partial answers, and events of EventBridge.
//
// Both directions are here. A host of functions (app.Handle) decodes requests and encodes answers; whoever plays AWS
// (internal/local/localhost, tests) encodes requests and decodes answers. Since both speak the same bytes, every local
// click goes through the codec that runs in production.
//
// Input is bounded before it is parsed (MaxEvent, MaxHeaders), parsed strictly (valid UTF-8, no doubled members) and
// never trusted further: who is signed in is what the gateway's authorizer has verified, not what the request says.
package event
