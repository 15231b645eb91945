// Package qr draws QR codes, as SVG for print of any size and as PNG for everything else.
package qr

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"

	"github.com/boombuler/barcode/qr"
)

// quiet is the white border in modules, without which scanners do not find the code (ISO/IEC 18004 asks for 4).
const quiet = 4

// MaxText is how long a text may be: what still fits into the largest code, at Level M.
const MaxText = 2331

// encode makes the code at error correction level M: a seventh of it may be dirty or torn.
func encode(text string) (image.Image, error) {
	code, err := qr.Encode(text, qr.M, qr.Auto)
	if err != nil {
		return nil, fmt.Errorf("making a QR code: %w", err)
	}
	return code, nil
}

func isDark(c color.Color) bool {
	r, _, _, _ := c.RGBA()
	return r < 0x8000
}

// SVG draws a code. It is black on white in dark mode as well: many scanners read no other.
func SVG(text string) ([]byte, error) {
	code, err := encode(text)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	n := code.Bounds().Dx()
	size := n + 2*quiet
	fmt.Fprintf(&out, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h%dv%dH0z"/><path d="`, size, size, size, size)
	for y := range n {
		writeRow(&out, code, y, n)
	}
	out.WriteString(`"/></svg>`)
	return out.Bytes(), nil
}

// writeRow draws the dark runs of a row.
func writeRow(out *bytes.Buffer, code image.Image, y, n int) {
	for x := 0; x < n; x++ {
		from := x
		for x < n && isDark(code.At(x, y)) {
			x++
		}
		if x > from {
			fmt.Fprintf(out, "M%d %dh%dv1H%dz", from+quiet, y+quiet, x-from, from+quiet)
		}
	}
}

// PNG draws a code with scale pixels for each module.
func PNG(text string, scale int) ([]byte, error) {
	code, err := encode(text)
	if err != nil {
		return nil, err
	}
	n := code.Bounds().Dx()
	size := (n + 2*quiet) * scale
	picture := image.NewPaletted(image.Rect(0, 0, size, size), color.Palette{color.White, color.Black})
	for y := range size {
		for x := range size {
			at := image.Pt(x/scale-quiet, y/scale-quiet)
			if at.In(image.Rect(0, 0, n, n)) && isDark(code.At(at.X, at.Y)) {
				picture.SetColorIndex(x, y, 1)
			}
		}
	}
	var out bytes.Buffer
	if err := png.Encode(&out, picture); err != nil {
		return nil, fmt.Errorf("drawing a QR code: %w", err)
	}
	return out.Bytes(), nil
}
