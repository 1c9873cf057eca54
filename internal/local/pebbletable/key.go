package pebbletable

import (
	"bytes"
	"errors"
	"strings"

	"github.com/winback-auto/winback/internal/local/pebbledb"
	"github.com/winback-auto/winback/internal/platform/table"
)

// A key text inside a longer key is framed: it ends with a zero and a one, and a zero inside it is followed by 255. Framed
// texts sort as the texts do and cannot run into what follows. The last text of a key needs no frame.
const (
	zero     = 0x00
	end      = 0x01
	pastEnd  = 0x02 // sorts behind every key that goes on after the end
	contents = 0xFF
)

func appendEscaped(dst []byte, text string) []byte {
	for {
		i := strings.IndexByte(text, zero)
		if i < 0 {
			return append(dst, text...)
		}
		dst = append(dst, text[:i]...)
		dst = append(dst, zero, contents)
		text = text[i+1:]
	}
}

func appendFramed(dst []byte, text string) []byte {
	return append(appendEscaped(dst, text), zero, end)
}

// cutFramed splits a framed text off.
func cutFramed(key []byte) (text string, rest []byte, err error) {
	var unescaped []byte
	for {
		i := bytes.IndexByte(key, zero)
		if i < 0 || i+1 == len(key) {
			return "", nil, errDamaged
		}
		unescaped = append(unescaped, key[:i]...)
		mark := key[i+1]
		key = key[i+2:]
		switch mark {
		case end:
			return string(unescaped), key, nil
		case contents:
			unescaped = append(unescaped, zero)
		default:
			return "", nil, errDamaged
		}
	}
}

var errDamaged = errors.New("pebbletable: a stored key or value is damaged")

// itemPrefix begins the keys of all items of a partition.
func itemPrefix(partition string) []byte {
	key := make([]byte, 0, 2+len(partition)+64)
	return appendFramed(append(key, byte(pebbledb.TableItems)), partition)
}

func itemKey(key table.Key) []byte {
	encoded := make([]byte, 0, 3+len(key.Partition)+len(key.Sort))
	encoded = appendFramed(append(encoded, byte(pebbledb.TableItems)), key.Partition)
	return append(encoded, key.Sort...)
}

// duePrefix begins the keys of all entries of a partition of the due index.
func duePrefix(partition string) []byte {
	return appendFramed([]byte{byte(pebbledb.TableDue)}, partition)
}

// dueKey ends with the item's own key, so that two items due under the same texts are two entries.
func dueKey(due table.IndexKey, key table.Key) []byte {
	encoded := appendFramed(duePrefix(due.Partition), due.Sort)
	encoded = appendFramed(encoded, key.Partition)
	return append(encoded, key.Sort...)
}

// cutEntry takes what follows the partition in the key of an entry of the due index apart.
func cutEntry(rest []byte) (sort string, key table.Key, err error) {
	sort, rest, err = cutFramed(rest)
	if err != nil {
		return "", table.Key{}, err
	}
	key.Partition, rest, err = cutFramed(rest)
	key.Sort = string(rest)
	return sort, key, err
}
