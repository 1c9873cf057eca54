package web

import (
	"net/http"
	"sync"

	"github.com/danielgtaylor/huma/v2"
)

// NewLazy is New for a process that starts often and is asked for few of its operations: each is made when it is first asked
// for, since what huma reads out of the types of all of them takes longer than the rest of a start. What huma refuses to
// make shows then, so whoever serves lazily has registered the same with New before, as tests and local mode do. Only Get,
// Post, Put, Patch and Delete know what to do with such an API.
func NewLazy(config Config) (huma.API, http.Handler) {
	mux := http.NewServeMux()
	return &lazy{config: config, mux: mux}, newRouter(mux, config.log())
}

// lazy is an API whose operations are not made yet. Each becomes an API of its own, so that those that are at work share
// nothing with one that is made meanwhile.
type lazy struct {
	huma.API // nil: it is only ever told apart from others
	config   Config
	mux      *http.ServeMux
}

// add serves what is yet to be registered.
func (l *lazy) add(method, path string, register func(huma.API)) {
	made := sync.OnceValue(func() http.HandlerFunc {
		var one single
		register(l.config.on(&one))
		return one.HandlerFunc
	})
	l.mux.HandleFunc(method+" "+path, func(w http.ResponseWriter, r *http.Request) { made()(w, r) })
}

// single is a mux of one operation, which needs no pattern to be found.
type single struct{ http.HandlerFunc }

func (s *single) HandleFunc(_ string, handler func(http.ResponseWriter, *http.Request)) {
	s.HandlerFunc = handler
}
