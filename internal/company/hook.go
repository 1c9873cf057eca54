package company

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"time"

	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
)

// Where pushes and leads arrive, before their token.
const (
	HookPath = "/webhooks/autograb/"
	LeadPath = "/webhooks/leads/"
)

// hookDoor leads from the hash of a token to the connection that it was made for.
type hookDoor struct {
	Company    string       `json:"company"`
	Connection ConnectionID `json:"connection"`
	API        string       `json:"api,omitempty"` // empty: AutoGrab
}

// ping is when the partner's last test push arrived.
type ping struct {
	At time.Time `json:"at"`
}

// newToken makes the secret part of an address that the partner pushes to: 256 random bits. Only its hash is stored.
func newToken() (token, hash string) {
	var secret [32]byte
	rand.Read(secret[:]) // never fails
	token = base64.RawURLEncoding.EncodeToString(secret[:])
	return token, hashOf(token)
}

func hashOf(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// ByHook is the connection that a push's token was made for: the second door to a company. Every token that is not valid
// now gets the same NotFound error.
func ByHook(ctx context.Context, d app.Deps, token string) (ident.Company, ConnectionID, error) {
	return behind(ctx, d, token, "")
}

// ByLeadHook is the leads connection that a token was made for. A token of pushes is none, and the other way round.
func ByLeadHook(ctx context.Context, d app.Deps, token string) (ident.Company, Connection, error) {
	company, id, err := behind(ctx, d, token, Leads)
	if err != nil {
		return ident.Company{}, Connection{}, err
	}
	connection, err := LoadConnection(ctx, d, company, id)
	if errs.Is(err, errs.NotFound) { // it ends at this moment
		return ident.Company{}, Connection{}, nothingHere()
	}
	return company, connection.Value, err
}

func behind(ctx context.Context, d app.Deps, token, api string) (ident.Company, ConnectionID, error) {
	door, err := hooks.Get(ctx, d.Table, hookKey(hashOf(token)))
	if errs.Is(err, errs.NotFound) || err == nil && door.Value.API != api {
		return ident.Company{}, "", nothingHere()
	}
	if err != nil {
		return ident.Company{}, "", err
	}
	return ident.Trusted(door.Value.Company), door.Value.Connection, nil
}

func nothingHere() error { return errs.E(errs.NotFound, "there is nothing here") }

// Pinged records that a test push of the partner has arrived, so that an administrator sees that the way here is open.
func Pinged(ctx context.Context, d app.Deps, company ident.Company, connection ConnectionID) error {
	return d.Table.Write(ctx, pings.Overwrite(pingKey(company, connection), ping{d.Now().UTC()}))
}

// lastPing is when the last test push arrived; zero: never.
func lastPing(ctx context.Context, d app.Deps, company ident.Company, connection ConnectionID) (time.Time, error) {
	record, err := pings.Get(ctx, d.Table, pingKey(company, connection))
	if errs.Is(err, errs.NotFound) {
		return time.Time{}, nil
	}
	return record.Value.At, err
}
