// Package text sends text messages, each exactly as often as somebody meant to.
package text
