package company

import (
	"context"

	"github.com/winback-auto/winback/internal/partner"
)

// The calls of a Line are those of the account behind it.

// Upload implements partner.Watcher.
func (l *Line) Upload(ctx context.Context, list partner.Upload) (string, error) {
	return through(ctx, l, func() (string, error) { return l.watcher.Upload(ctx, list) })
}

// Find implements partner.Watcher.
func (l *Line) Find(ctx context.Context, name string) (string, error) {
	return through(ctx, l, func() (string, error) { return l.watcher.Find(ctx, name) })
}

// Progress implements partner.Watcher.
func (l *Line) Progress(ctx context.Context, receipt string) (partner.Progress, error) {
	return through(ctx, l, func() (partner.Progress, error) { return l.watcher.Progress(ctx, receipt) })
}

// Vehicle implements partner.Watcher.
func (l *Line) Vehicle(ctx context.Context, ref string) (partner.Watched, error) {
	return through(ctx, l, func() (partner.Watched, error) { return l.watcher.Vehicle(ctx, ref) })
}

// List implements partner.Watcher.
func (l *Line) List(ctx context.Context, cursor string) (page []partner.Watched, next string, err error) {
	page, err = through(ctx, l, func() ([]partner.Watched, error) {
		page, after, err := l.watcher.List(ctx, cursor)
		next = after
		return page, err
	})
	return page, next, err
}

// Remove implements partner.Watcher.
func (l *Line) Remove(ctx context.Context, ref string) error {
	return l.effect(ctx, func() error { return l.watcher.Remove(ctx, ref) })
}

// Register implements partner.Watcher.
func (l *Line) Register(ctx context.Context, name, url string) (string, error) {
	return through(ctx, l, func() (string, error) { return l.watcher.Register(ctx, name, url) })
}

// Unregister implements partner.Watcher.
func (l *Line) Unregister(ctx context.Context, hook string) error {
	return l.effect(ctx, func() error { return l.watcher.Unregister(ctx, hook) })
}

// Ping implements partner.Watcher.
func (l *Line) Ping(ctx context.Context, hook string) error {
	return l.effect(ctx, func() error { return l.watcher.Ping(ctx, hook) })
}

// effect is through for a call that answers nothing.
func (l *Line) effect(ctx context.Context, call func() error) error {
	_, err := through(ctx, l, func() (struct{}, error) { return struct{}{}, call() })
	return err
}
