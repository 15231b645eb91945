package hooks

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// vocabulary is what a field is called: the whole name, or a part of it that means nothing else.
type vocabulary struct{ whole, part []string }

// Words are folded: lower case, no accents, letters and digits only.
var vocabularies = map[Field]vocabulary{
	Email: {
		whole: []string{"email", "mail", "emailaddress", "mailaddress", "emailadresse", "correo", "courriel", "posta", "epost", "eposta", "eml"},
		part: []string{
			"email", "mailadress", "correo", "courriel", "adressemail", "postaelettronica", "epost", "eposta", "sahkoposti", "drogapocztowa", "pocztaemail",
			"почт", "имеил", "メール", "邮箱", "邮件", "郵箱", "郵件", "電郵", "이메일", "메일", "ηλεκτρονικ", "بريد", "דואל", "อเมล",
		},
	},
	FirstName: {
		whole: []string{
			"firstname", "first", "namefirst", "fname", "givenname", "forename", "vorname", "prenom", "nombre", "nome", "voornaam", "imie", "jmeno", "имя",
			"fornavn", "fornamn", "etunimi", "ad", "isim", "keresztnev", "prenume", "名", "名字", "이름", "ονομα",
		},
		part: []string{"firstname", "givenname", "vorname", "prenom", "voornaam", "fornavn", "fornamn", "primernombre"},
	},
	LastName: {
		whole: []string{
			"lastname", "last", "namelast", "lname", "surname", "familyname", "nachname", "familienname", "nom", "nomdefamille", "apellido", "apellidos",
			"cognome", "sobrenome", "apelido", "achternaam", "nazwisko", "prijmeni", "фамилия", "efternavn", "efternamn", "etternavn", "sukunimi", "soyad",
			"soyisim", "vezeteknev", "姓", "姓氏", "성", "επωνυμο",
		},
		part: []string{"lastname", "surname", "familyname", "nachname", "apellido", "cognome", "achternaam", "efternavn", "efternamn"},
	},
	FullName: {
		whole: []string{
			"name", "fullname", "yourname", "contactname", "leadname", "nombrecompleto", "nomecompleto", "nomcomplet", "vollstandigername", "namefull",
			"navn", "namn", "naam", "fio", "фио", "姓名", "お名前", "氏名", "성명",
		},
		part: []string{"fullname", "nombrecompleto", "nomecompleto", "nomcomplet"},
	},
	Phone: {
		whole: []string{"phone", "phonenumber", "mobile", "mobilephone", "tel", "telephone", "telefon", "telefono", "telefone", "telefoon", "handy", "cell", "cellphone", "whatsapp", "телефон", "電話番号", "电话", "手机", "전화번호"},
		part:  []string{"phone", "telefon", "mobile", "телефон", "電話", "电话", "手机", "전화"},
	},
	AffiliateID:   {whole: []string{"affiliateid", "affid", "isaff"}},
	AffiliateCode: {whole: []string{"affiliatecode", "affcode", "aff", "isaffcode"}},
	Form:          {whole: []string{"formid", "formname", "formtitle", "webinarname", "funnelname"}},
	At:            {whole: []string{"submittedat", "submissiontime"}},
}

// strangers are in the names of other people's addresses that payloads carry along.
var strangers = map[string]bool{
	"owner": true, "admin": true, "administrator": true, "recipient": true, "to": true, "cc": true, "bcc": true, "friend": true, "friends": true,
	"referrer": true, "referer": true, "referral": true, "affiliate": true, "partner": true, "sponsor": true, "host": true, "presenter": true,
	"organizer": true, "organiser": true, "author": true, "agent": true, "support": true, "notification": true, "notifications": true,
	"merchant": true, "seller": true, "vendor": true, "manager": true, "assignee": true, "creator": true, "freund": true, "amigo": true, "inviter": true,
}

// hit says how well a folded name is that of a field: 2 whole, 1 in part, 0 not.
func (v vocabulary) hit(name string) int {
	if slices.Contains(v.whole, name) {
		return 2
	}
	for _, word := range v.part {
		if strings.Contains(name, word) {
			return 1
		}
	}
	return 0
}

const maxName = 120

// fold brings a name to the form of the words above.
func fold(s string) string {
	if len(s) > maxName {
		s = s[:maxName]
	}
	plain := strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, norm.NFKD.String(s))
	return norm.NFC.String(plain) // puts Hangul together again
}

// stranger reports whether a name says that somebody else's address follows. It goes by whole words, because a hostname
// is no host, and not by sentences: "Where shall we send it to?" asks for the visitor's own.
func stranger(name string) bool {
	if len(name) > maxName {
		return false
	}
	all := words(name)
	if len(all) > 3 {
		return false
	}
	return slices.ContainsFunc(all, func(word string) bool { return strangers[word] && (word != "to" || len(all) == 1) })
}

// words splits snake_case, kebab-case and camelCase.
func words(s string) []string {
	var b strings.Builder
	lower := false
	for _, r := range s {
		switch {
		case !unicode.IsLetter(r):
			b.WriteByte(' ')
		case unicode.IsUpper(r) && lower:
			b.WriteByte(' ')
			b.WriteRune(unicode.ToLower(r))
		default:
			b.WriteRune(unicode.ToLower(r))
		}
		lower = unicode.IsLower(r)
	}
	return strings.Fields(b.String())
}
