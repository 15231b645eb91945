package main

import (
	"net/http"
	"strings"
	"testing"
)

func TestTheBareAddressSaysWhatItIs(t *testing.T) {
	tc := newTestCollector(t, nil)
	status, page, h := tc.do("GET", "/", "")
	if status != http.StatusOK || !strings.Contains(page, `href="/portal"`) || !strings.Contains(page, `href="/assets/admin.`) {
		t.Errorf("%d %s", status, page)
	}
	if !strings.Contains(h.Get("Content-Security-Policy"), "default-src 'none'") {
		t.Errorf("headers %v", h)
	}
}
