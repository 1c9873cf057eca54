package lambdaruntime_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
)

// asBootstrap is set in the processes that a runtime starts: the test binary is their bootstrap.
const asBootstrap = "LAMBDARUNTIME_TEST_START"

func TestMain(m *testing.M) {
	switch os.Getenv(asBootstrap) {
	case "":
		os.Exit(m.Run())
	case "serve":
		serve()
	case "exit":
		fmt.Println("cannot start")
		os.Exit(3)
	case "tell":
		post("/init/error", []byte(`{"errorType":"App.NoTable","errorMessage":"no table"}`))
		os.Exit(1)
	}
}

// order is the payload that the bootstrap of the tests understands.
type order struct {
	Do  string
	Say string
}

// request is what the bootstrap echoes.
type request struct {
	Headers http.Header
	Env     []string
	Say     string
}

func url(path string) string {
	return "http://" + os.Getenv("AWS_LAMBDA_RUNTIME_API") + "/2018-06-01/runtime" + path
}

func post(path string, body []byte) int {
	answer, err := http.Post(url(path), "application/json", bytes.NewReader(body))
	if err != nil {
		os.Exit(9)
	}
	answer.Body.Close()
	return answer.StatusCode
}

// kept keeps what was allocated from being collected.
var kept [][]byte

func serve() {
	for {
		answer, err := http.Get(url("/invocation/next"))
		if err != nil {
			os.Exit(9)
		}
		payload, _ := io.ReadAll(answer.Body)
		answer.Body.Close()
		var o order
		if err := json.Unmarshal(payload, &o); err != nil {
			os.Exit(8)
		}
		invocation := "/invocation/" + answer.Header.Get("Lambda-Runtime-Aws-Request-Id")
		switch o.Do {
		case "exit":
			os.Exit(7)
		case "hang":
			fmt.Println(o.Say)
			select {}
		case "wait":
			fmt.Println(o.Say)
			if answer, err := http.Get(o.Say); err == nil { // answered once it may go on
				answer.Body.Close()
			}
		case "fail":
			post(invocation+"/error", []byte(`{"errorType":"errorString","errorMessage":"no luck"}`))
			continue
		case "skip":
			continue
		case "large":
			fmt.Println("status", post(invocation+"/response", bytes.Repeat([]byte(" "), 6_291_557)))
			continue
		case "foreign":
			fmt.Println("status", post("/invocation/somebody-elses/response", []byte("{}")))
		case "allocate":
			block := bytes.Repeat([]byte("x"), 64<<20)
			kept = append(kept, block)
		case "print":
			fmt.Fprintln(os.Stderr, o.Say)
		}
		echo, _ := json.Marshal(request{answer.Header, os.Environ(), o.Say})
		post(invocation+"/response", echo)
		if o.Do == "twice" {
			fmt.Println("status", post(invocation+"/response", echo), strings.ToLower(o.Say))
		}
	}
}
