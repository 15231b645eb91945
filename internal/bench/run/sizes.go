package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
)

// formTools are the form tools that a script can hold code for. EverWebinar, with the talk between frames, has an aim of
// its own: see kinds.
var formTools = []string{
	"calendly", "cf7", "clickfunnels", "elementor", "gravityforms", "hubspot", "instapage", "jotform", "kajabi",
	"keap", "kit", "leadpages", "mailchimp", "tally", "typeform", "unbounce", "webflow", "wpforms",
}

// kinds are the sites whose scripts are weighed.
var kinds = []struct {
	name     string
	settings map[string]any
	aim      int64 // bytes, gzip
}{
	{"ordinary", nil, 3500},
	{"ordinary, with consent", map[string]any{"consent": "follow"}, 3500},
	{"EverWebinar and frames", map[string]any{"tools": []string{"everwebinar"}, "frames": true}, 4500},
}

// aimTool is what one more form tool may add, in bytes of gzip.
const aimTool = 400

// others are the scripts of others as they were measured once, minified and gzip -9; see their names.
const others = "for comparison: dub 3,801 / 1,680 · umami 4,595 / 2,229 · utm_form 8,283 / 2,238 · plausible 6,115 / 2,592 · " +
	"goatcounter 9,213 / 3,319 · Snowplow with its form plugin 67,966 / 23,219 · Segment 114,551 / 31,280 · PostHog 379,782 / 121,971"

// scripts weighs what browsers load.
func (b *bencher) scripts(ctx context.Context, c *collector) error {
	fmt.Fprintln(b.out, "\nThe script of a site, bytes")
	t := newTable(b.out)
	t.row("site", "minified", "gzip", "brotli")
	for _, k := range kinds {
		s, err := c.script(ctx, k.settings)
		if err != nil {
			return err
		}
		t.row(k.name, thousands(s.plain), thousands(s.gzip), thousands(s.brotli), fmt.Sprintf("under %s gzip: %s", thousands(k.aim), met(s.gzip < k.aim)))
	}
	if err := t.tools(ctx, c); err != nil {
		return err
	}
	t.flush()
	fmt.Fprintln(b.out, others)
	return nil
}

// tools weighs what each form tool adds to a script that has all the others.
func (t table) tools(ctx context.Context, c *collector) error {
	all, err := c.script(ctx, map[string]any{"tools": formTools})
	if err != nil {
		return err
	}
	t.row("every form tool", thousands(all.plain), thousands(all.gzip), thousands(all.brotli))
	adds := map[string]int64{}
	for i, tool := range formTools {
		rest := slices.Concat(formTools[:i], formTools[i+1:])
		s, err := c.script(ctx, map[string]any{"tools": rest})
		if err != nil {
			return err
		}
		adds[tool] = all.gzip - s.gzip
	}
	largest := slices.MaxFunc(formTools, func(x, y string) int { return int(adds[x] - adds[y]) })
	t.row("one more form tool", "", fmt.Sprintf("%d (median), %d (%s)", median(slices.Collect(maps.Values(adds))), adds[largest], largest), "",
		fmt.Sprintf("under %d: %s", aimTool, met(adds[largest] < aimTool)))
	return nil
}

type scriptBytes struct{ plain, gzip, brotli int64 }

// script makes a site with these settings and weighs its script in each coding.
func (c *collector) script(ctx context.Context, settings map[string]any) (s scriptBytes, err error) {
	site := map[string]any{"name": "Benchmark", "origins": []string{"https://*.example.com"}}
	maps.Copy(site, settings)
	var made struct{ Key string }
	if err := c.call(ctx, "POST", "/v1/sites", site, &made); err != nil {
		return s, err
	}
	for coding, size := range map[string]*int64{"identity": &s.plain, "gzip": &s.gzip, "br": &s.brotli} {
		if *size, err = scriptSize(ctx, "http://"+c.addr+"/s/"+made.Key+".js", coding); err != nil {
			return s, err
		}
	}
	return s, nil
}
