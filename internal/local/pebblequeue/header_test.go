package pebblequeue

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestAHeaderIsReadAsItWasWritten(t *testing.T) {
	instants := rapid.OneOf(rapid.Just(time.Time{}), rapid.Map(rapid.Int64Range(1, 1<<62), func(n int64) time.Time { return time.Unix(0, n).UTC() }))
	rapid.Check(t, func(t *rapid.T) {
		want := header{
			dead:      rapid.Bool().Draw(t, "dead"),
			delayed:   rapid.Bool().Draw(t, "delayed"),
			receives:  rapid.Uint8().Draw(t, "receives"),
			releases:  rapid.Uint8().Draw(t, "releases"),
			turn:      rapid.Uint32().Draw(t, "turn"),
			visible:   instants.Draw(t, "visible"),
			sent:      instants.Draw(t, "sent"),
			firstSeen: instants.Draw(t, "firstSeen"),
			group:     rapid.String().Draw(t, "group"),
		}
		if got, err := decodeHeader(want.encode()); err != nil || got != want {
			t.Fatalf("got %+v, %v; want %+v", got, err, want)
		}
	})
}

func TestAReceiptIsReadAsItWasWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		number, turn := rapid.Uint64().Draw(t, "number"), rapid.Uint32().Draw(t, "turn")
		if n, u, ok := parseReceipt(receipt(number, turn)); !ok || n != number || u != turn {
			t.Fatalf("got %d.%d, %v", n, u, ok)
		}
	})
}

func FuzzAHeaderOrReceiptThatCannotBeReadIsRefused(f *testing.F) {
	f.Add(header{group: "a", turn: 7}.encode())
	f.Add([]byte{})
	f.Add([]byte("1.1"))
	f.Add(append([]byte{2}, make([]byte, 40)...))
	f.Fuzz(func(t *testing.T, b []byte) {
		if h, err := decodeHeader(b); err == nil && string(h.encode()) != string(b) {
			// Bits that this build does not know may be lost, anything else not.
			b[1] &= flagDead | flagDelayed
			if string(h.encode()) != string(b) {
				t.Errorf("%x became %x", b, h.encode())
			}
		}
		if number, turn, ok := parseReceipt(string(b)); ok {
			if n, u, again := parseReceipt(receipt(number, turn)); !again || n != number || u != turn {
				t.Errorf("%q is no stable receipt", b)
			}
		}
	})
}

func TestAFifoKeepsTheOrderAndLetsGoOfWhatIsOut(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var f fifo[*int]
		var want []*int
		t.Repeat(map[string]func(*rapid.T){
			"push": func(*rapid.T) {
				item := new(int)
				f.push(item)
				want = append(want, item)
			},
			"pop": func(t *rapid.T) {
				if len(want) == 0 {
					t.Skip("empty")
				}
				if got := f.pop(); got != want[0] {
					t.Fatal("out of order")
				}
				want = want[1:]
			},
			"": func(t *rapid.T) {
				if f.len() != len(want) || len(f.items) > 2*len(want)+1 {
					t.Fatalf("%d items in %d places, want %d", f.len(), len(f.items), len(want))
				}
			},
		})
	})
}
