package dynamosim

import (
	"errors"
	"math/big"
	"regexp"
	"strconv"
	"strings"
)

// Bounds of a number: significant digits, and the decimal exponent of 0.d1d2d3….
const (
	maxDigits   = 38
	maxExponent = 126
	minExponent = -129
)

// number is a decimal: ±0.digits × 10^exponent. Digits neither begin nor end with a zero; zero has none.
type number struct {
	negative bool
	digits   string
	exponent int
}

var numeral = regexp.MustCompile(`^([+-]?)([0-9]*)(?:\.([0-9]*))?(?:[eE]([+-]?[0-9]{1,4}))?$`)

func parseNumber(text string) (number, error) {
	m := numeral.FindStringSubmatch(text)
	if m == nil || m[2]+m[3] == "" {
		return number{}, errors.New("The parameter cannot be converted to a numeric value: " + text)
	}
	exponent := 0
	if m[4] != "" {
		exponent, _ = strconv.Atoi(m[4]) // the pattern has checked it
	}
	return newNumber(m[1] == "-", m[2]+m[3], len(m[2])+exponent)
}

func newNumber(negative bool, digits string, exponent int) (number, error) {
	significant := strings.TrimLeft(digits, "0")
	exponent -= len(digits) - len(significant)
	significant = strings.TrimRight(significant, "0")
	switch {
	case significant == "":
		return number{}, nil
	case len(significant) > maxDigits:
		return number{}, errors.New("Attempting to store more than 38 significant digits in a Number") //nolint:staticcheck // the service's words
	case exponent > maxExponent:
		return number{}, errors.New("Number overflow. Attempting to store a number with magnitude larger than supported range") //nolint:staticcheck // the service's words
	case exponent < minExponent:
		return number{}, errors.New("Number underflow. Attempting to store a number with magnitude smaller than supported range") //nolint:staticcheck // the service's words
	}
	return number{negative, significant, exponent}, nil
}

// String writes all digits, without an exponent.
func (n number) String() string {
	if n.digits == "" {
		return "0"
	}
	var text string
	switch {
	case n.exponent <= 0:
		text = "0." + strings.Repeat("0", -n.exponent) + n.digits
	case n.exponent >= len(n.digits):
		text = n.digits + strings.Repeat("0", n.exponent-len(n.digits))
	default:
		text = n.digits[:n.exponent] + "." + n.digits[n.exponent:]
	}
	if n.negative {
		return "-" + text
	}
	return text
}

func (n number) compare(other number) int {
	switch {
	case n.sign() != other.sign():
		return n.sign() - other.sign()
	case n.exponent != other.exponent && n.digits != "":
		if (n.exponent > other.exponent) != n.negative {
			return 1
		}
		return -1
	case n.negative:
		return strings.Compare(other.digits, n.digits)
	}
	return strings.Compare(n.digits, other.digits)
}

func (n number) sign() int {
	switch {
	case n.digits == "":
		return 0
	case n.negative:
		return -1
	}
	return 1
}

// add is exact, or an error where the sum has too many digits.
func (n number) add(other number) (number, error) {
	scale := min(n.exponent-len(n.digits), other.exponent-len(other.digits))
	sum := new(big.Int).Add(n.scaled(scale), other.scaled(scale))
	digits := new(big.Int).Abs(sum).String()
	return newNumber(sum.Sign() < 0, digits, len(digits)+scale)
}

// scaled is the number in units of 10^scale.
func (n number) scaled(scale int) *big.Int {
	if n.digits == "" {
		return new(big.Int)
	}
	value, _ := new(big.Int).SetString(n.digits+strings.Repeat("0", n.exponent-len(n.digits)-scale), 10)
	if n.negative {
		value.Neg(value)
	}
	return value
}

// size is what a number takes in an item, in bytes: about two digits a byte.
func (n number) size() int { return (len(n.digits)+1)/2 + 1 }
