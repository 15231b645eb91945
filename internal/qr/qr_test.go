package qr_test

import (
	"bytes"
	"image/png"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"tributary/internal/qr"
)

const link = "https://www.example.com/webinar?aff=maple-garden&utm_content=newsletter-may"

// finder is one of the three squares in the corners by which scanners find a code.
var finder = []string{"#######", "#.....#", "#.###.#", "#.###.#", "#.###.#", "#.....#", "#######"}

func TestACodeHasItsBorderAndItsCorners(t *testing.T) {
	raw, err := qr.PNG(link, 3)
	if err != nil {
		t.Fatal(err)
	}
	picture, err := png.Decode(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	size := picture.Bounds().Dx() / 3
	dark := func(x, y int) bool { r, _, _, _ := picture.At(3*x+1, 3*y+1).RGBA(); return r == 0 }
	for x := range size {
		for y := range size {
			if border := x < 4 || y < 4 || x >= size-4 || y >= size-4; border && dark(x, y) {
				t.Fatalf("the border is dark at %d, %d", x, y)
			}
		}
	}
	for _, corner := range [][2]int{{4, 4}, {size - 11, 4}, {4, size - 11}} {
		for y, row := range finder {
			for x, want := range row {
				if dark(corner[0]+x, corner[1]+y) != (want == '#') {
					t.Fatalf("the square at %v is wrong at %d, %d", corner, x, y)
				}
			}
		}
	}
}

var run = regexp.MustCompile(`M(\d+) (\d+)h(\d+)v1H(\d+)z`)

func TestBothPicturesAreOfOneCode(t *testing.T) {
	raw, err := qr.PNG(link, 1)
	if err != nil {
		t.Fatal(err)
	}
	picture, err := png.Decode(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	svg, err := qr.SVG(link)
	if err != nil {
		t.Fatal(err)
	}
	size := picture.Bounds().Dx()
	if !strings.Contains(string(svg), `viewBox="0 0 `+strconv.Itoa(size)+" ") {
		t.Errorf("the PNG is %d wide; %.120s", size, svg)
	}
	drawn := map[[2]int]bool{}
	for _, m := range run.FindAllStringSubmatch(string(svg), -1) {
		x, _ := strconv.Atoi(m[1])
		y, _ := strconv.Atoi(m[2])
		n, _ := strconv.Atoi(m[3])
		for i := range n {
			drawn[[2]int{x + i, y}] = true
		}
	}
	for x := range size {
		for y := range size {
			if r, _, _, _ := picture.At(x, y).RGBA(); (r == 0) != drawn[[2]int{x, y}] {
				t.Fatalf("they differ at %d, %d", x, y)
			}
		}
	}
}

func TestWhatFits(t *testing.T) {
	if _, err := qr.SVG(strings.Repeat("a", qr.MaxText)); err != nil {
		t.Errorf("%d characters: %v", qr.MaxText, err)
	}
	if _, err := qr.PNG(strings.Repeat("a", 3000), 1); err == nil {
		t.Error("3000 characters fit")
	}
}
