package snippet

import "fmt"

// Unnamed is the script of a site as esbuild names it, for the test that our names say the same.
func Unnamed(s Settings, test bool) (string, error) {
	s = s.WithDefaults()
	joined, err := join(s, constants(s, test))
	if err != nil {
		return "", err
	}
	script, err := minify(fmt.Sprintf("try{%s}catch{}", joined), true)
	return string(ascii(script)), err
}

// Between is a script in which no two variables have the same name.
func Between(script string) (string, error) {
	plain, _, err := between(script, unused(script))
	return string(plain), err
}
