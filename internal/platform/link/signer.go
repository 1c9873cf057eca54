package link

// Signer makes and verifies tokens.
type Signer struct{}
