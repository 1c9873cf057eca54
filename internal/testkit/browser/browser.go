// Package browser drives a headless Chromium over its DevTools protocol, for tests of the few pages that we serve ourselves.
//
// It looks for a Chromium that is installed; where there is none, tests that need one are skipped. Pages are what people see:
// script may be switched off, as our pages promise to work without, and the screen has the size of a phone or of a desk.
package browser

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os/exec"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/websocket"
)

// patience is how long anything may take.
const patience = 30 * time.Second

// Screen is the size of a page, in CSS pixels.
type Screen struct {
	Width, Height int
	Phone         bool
	Dark          bool
}

// The screens.
var (
	Desk  = Screen{Width: 1200, Height: 900}
	Phone = Screen{Width: 390, Height: 844, Phone: true}
)

// Page is a tab.
type Page struct {
	tb      testing.TB
	socket  *websocket.Conn
	calls   int
	session string
	loads   int // pages that were loaded
}

// Find is the path of an installed Chromium; empty where there is none.
func Find() string {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	return ""
}

// Open starts a browser with one page that runs no script of the sites it visits. It ends with the test.
func Open(tb testing.TB, screen Screen) *Page {
	tb.Helper()
	path := Find()
	if path == "" {
		tb.Skip("there is no Chromium here")
	}
	command := exec.Command(path, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--hide-scrollbars",
		"--remote-debugging-port=0", "--remote-allow-origins=*", "--user-data-dir="+tb.TempDir(), "about:blank")
	said, err := command.StderrPipe()
	if err != nil {
		tb.Fatal(err)
	}
	if err := command.Start(); err != nil {
		tb.Fatal(err)
	}
	ended := make(chan struct{})
	p := &Page{tb: tb}
	tb.Cleanup(func() { p.leave(command, ended) })
	address := ""
	for lines := bufio.NewScanner(said); lines.Scan(); {
		if _, found, ok := strings.Cut(lines.Text(), "DevTools listening on "); ok {
			address = strings.TrimSpace(found)
			break
		}
	}
	go func() { // it must not wait for somebody to read on
		_, _ = io.Copy(io.Discard, said)
		close(ended)
	}()
	if address == "" {
		tb.Fatal("browser: Chromium did not start")
	}
	if p.socket, err = websocket.Dial(address, "", "http://127.0.0.1"); err != nil {
		tb.Fatal(err)
	}
	p.socket.MaxPayloadBytes = 64 << 20
	p.begin(screen)
	return p
}

// leave ends the browser and returns when its last process is gone: they share its standard error, and the profile's folder
// cannot be removed while one of them still writes there.
func (p *Page) leave(command *exec.Cmd, ended <-chan struct{}) {
	p.session = "" // the browser's, not the tab's
	if p.socket == nil || p.call("Browser.close", nil, nil) != nil {
		_ = command.Process.Kill()
	}
	select {
	case <-ended:
	case <-time.After(patience):
		_ = command.Process.Kill()
	}
	_ = command.Wait()
}

// begin makes the tab.
func (p *Page) begin(screen Screen) {
	p.tb.Helper()
	var target struct{ TargetID string }
	p.must("Target.createTarget", map[string]any{"url": "about:blank"}, &target)
	var attached struct{ SessionID string }
	p.must("Target.attachToTarget", map[string]any{"targetId": target.TargetID, "flatten": true}, &attached)
	p.session = attached.SessionID
	p.must("Page.enable", nil, nil)
	p.must("Emulation.setScriptExecutionDisabled", map[string]any{"value": true}, nil)
	p.must("Emulation.setDeviceMetricsOverride", map[string]any{"width": screen.Width, "height": screen.Height, "deviceScaleFactor": 1, "mobile": screen.Phone}, nil)
	if screen.Dark {
		p.must("Emulation.setEmulatedMedia", map[string]any{"features": []map[string]string{{"name": "prefers-color-scheme", "value": "dark"}}}, nil)
	}
}

// Visit opens an address and waits until it is loaded.
func (p *Page) Visit(address string) {
	p.tb.Helper()
	if _, err := url.Parse(address); err != nil {
		p.tb.Fatal(err)
	}
	before := p.loads
	var went struct{ ErrorText string }
	p.must("Page.navigate", map[string]any{"url": address}, &went)
	if went.ErrorText != "" {
		p.tb.Fatalf("browser: %s: %s", address, went.ErrorText)
	}
	p.loaded(before)
}

// loaded waits for the page after so many.
func (p *Page) loaded(before int) {
	p.tb.Helper()
	for p.loads == before {
		if _, err := p.receive(); err != nil {
			p.tb.Fatalf("browser: the page does not load: %v", err)
		}
	}
}

// Text is what the page shows, as a reader would copy it.
func (p *Page) Text() string { return p.Ask("document.body.innerText") }

// Ask evaluates an expression of ours on the page and returns its value as text.
func (p *Page) Ask(expression string) string {
	p.tb.Helper()
	var answer struct {
		Result           struct{ Value any }
		ExceptionDetails *struct{ Text string }
	}
	p.must("Runtime.evaluate", map[string]any{"expression": expression, "returnByValue": true}, &answer)
	if answer.ExceptionDetails != nil {
		p.tb.Fatalf("browser: %s: %s", expression, answer.ExceptionDetails.Text)
	}
	return fmt.Sprint(answer.Result.Value)
}

// Press clicks in the middle of the first element that a selector finds, as a finger or a mouse does, and waits for the page
// that follows if one does.
func (p *Page) Press(selector string, follows bool) {
	p.tb.Helper()
	var at struct{ X, Y float64 }
	found := p.Ask(fmt.Sprintf(`(() => { const e = document.querySelector(%q); if (!e) return ""; e.scrollIntoView({block: "center"}); const r = e.getBoundingClientRect(); return JSON.stringify({x: r.x + r.width / 2, y: r.y + r.height / 2}) })()`, selector))
	if err := json.Unmarshal([]byte(found), &at); err != nil {
		p.tb.Fatalf("browser: nothing is %s on the page: %s", selector, p.Text())
	}
	before := p.loads
	for _, kind := range []string{"mousePressed", "mouseReleased"} {
		p.must("Input.dispatchMouseEvent", map[string]any{"type": kind, "x": at.X, "y": at.Y, "button": "left", "clickCount": 1}, nil)
	}
	if follows {
		p.loaded(before)
	}
}

// Type types into whatever has the focus.
func (p *Page) Type(text string) {
	p.tb.Helper()
	p.must("Input.insertText", map[string]any{"text": text}, nil)
}

// Picture is the whole page as a PNG.
func (p *Page) Picture() []byte {
	p.tb.Helper()
	var picture struct{ Data string }
	p.must("Page.captureScreenshot", map[string]any{"format": "png", "captureBeyondViewport": true}, &picture)
	raw, err := base64.StdEncoding.DecodeString(picture.Data)
	if err != nil {
		p.tb.Fatal(err)
	}
	return raw
}

// message is one that goes or comes over the socket.
type message struct {
	ID        int             `json:"id,omitempty"`
	SessionID string          `json:"sessionId,omitempty"`
	Method    string          `json:"method,omitempty"`
	Params    any             `json:"params,omitempty"`
	Result    json.RawMessage `json:"result,omitempty"`
	Error     *struct {
		Message string `json:"message"`
	} `json:"error,omitempty"`
}

func (p *Page) must(method string, params, result any) {
	p.tb.Helper()
	if err := p.call(method, params, result); err != nil {
		p.tb.Fatalf("browser: %s: %v", method, err)
	}
}

func (p *Page) call(method string, params, result any) error {
	p.calls++
	if params == nil {
		params = map[string]any{}
	}
	if err := websocket.JSON.Send(p.socket, message{ID: p.calls, SessionID: p.session, Method: method, Params: params}); err != nil {
		return err
	}
	for {
		answer, err := p.receive()
		switch {
		case err != nil:
			return err
		case answer.ID != p.calls:
			continue // an event, or the answer to something that nobody waited for
		case answer.Error != nil:
			return errors.New(answer.Error.Message)
		case result == nil:
			return nil
		}
		return json.Unmarshal(answer.Result, result)
	}
}

func (p *Page) receive() (m message, err error) {
	if err = p.socket.SetReadDeadline(time.Now().Add(patience)); err == nil {
		err = websocket.JSON.Receive(p.socket, &m)
	}
	if m.Method == "Page.loadEventFired" {
		p.loads++
	}
	return m, err
}
