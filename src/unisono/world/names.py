"""Invented people and real places: name parts, specialties, cities, institutions."""

from __future__ import annotations


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(";"))


ITALIAN_GIVEN = _words(
    "Alessandra; Alessandro; Andrea; Anna; Antonella; Antonio; Beatrice; Carla; Carlo; Caterina; Chiara; "
    "Claudia; Claudio; Cristina; Daniela; Daniele; Davide; Elena; Elisa; Emanuele; Enrico; Fabio; "
    "Federica; Federico; Filippo; Francesca; Francesco; Gabriele; Giacomo; Gianluca; Giorgia; Giorgio; "
    "Giovanna; Giovanni; Giulia; Giuseppe; Irene; Laura; Lorenzo; Luca; Lucia; Luigi; Marco; Maria; "
    "Marta; Martina; Massimo; Matteo; Michele; Monica; Niccolò; Nicoletta; Nicolò; Noè; Paola; Paolo; "
    "Patrizia; Pietro; Roberta; Roberto; Salomè; Sara; Serena; Silvia; Simona; Simone; Stefania; "
    "Stefano; Teresa; Tommaso; Valentina; Valeria; Vincenzo; Vittoria"
)
ITALIAN_FAMILY = _words(
    "Abbà; Amato; Angeli; Barbieri; Basile; Battaglia; Bellini; Benedetti; Bernardi; Bianchi; Bruno; "
    "Caputo; Carbone; Caruso; Cattaneo; Colombo; Conte; Conti; Coppola; Costa; D'Agostino; D'Amico; "
    "D'Angelo; De Angelis; De Luca; De Rosa; De Santis; Dell'Acqua; Di Marco; Esposito; Fabbri; Farina; "
    "Ferrara; Ferrari; Ferri; Fiore; Fontana; Galli; Gallo; Gatti; Gentile; Giordano; Giuffrè; Grasso; "
    "Greco; Guerra; Leone; Lombardi; Longo; Mancini; Mariani; Marino; Martinelli; Martini; Mazza; "
    "Messina; Montanari; Monti; Morelli; Moretti; Nicolè; Orlando; Pagano; Palmieri; Palumbo; Parisi; "
    "Pellegrini; Piras; Pirrò; Ricci; Rinaldi; Riva; Rizzi; Rizzo; Romano; Rossetti; Rossi; Ruggiero; "
    "Russo; Sala; Salvò; Sanna; Santoro; Scalà; Serra; Silvestri; Sorrentino; Testa; Valentini; Villa; "
    "Vitale; Zanella"
)
TURKISH_GIVEN = _words(
    "Ayşe; Barış; Çağla; Deniz; Elif; Emre; Gökçe; Gül; İpek; Kaan; Oğuz; Özlem; Selin; Şule; Tuğba; "
    "Umut; Yiğit; Zeynep"
)
TURKISH_FAMILY = _words(
    "Aktaş; Arslan; Aydın; Çelik; Çetin; Demir; Doğan; Erdoğan; Güneş; Kılıç; Koç; Öztürk; Şahin; "
    "Yıldırım; Yıldız; Yılmaz"
)

# Script form and pinyin, family name first in the former.
CHINESE_GIVEN = (
    ("伟", "Wei"),
    ("芳", "Fang"),
    ("秀英", "Xiuying"),
    ("敏", "Min"),
    ("静", "Jing"),
    ("磊", "Lei"),
    ("洋", "Yang"),
    ("艳", "Yan"),
    ("杰", "Jie"),
    ("娟", "Juan"),
    ("明", "Ming"),
    ("桂英", "Guiying"),
    ("晓东", "Xiaodong"),
    ("雪梅", "Xuemei"),
)
CHINESE_FAMILY = (
    ("王", "Wang"),
    ("李", "Li"),
    ("张", "Zhang"),
    ("刘", "Liu"),
    ("陈", "Chen"),
    ("杨", "Yang"),
    ("黄", "Huang"),
    ("赵", "Zhao"),
    ("吴", "Wu"),
    ("周", "Zhou"),
    ("徐", "Xu"),
    ("孙", "Sun"),
)

# English word, Italian word, share of customers.
SPECIALTIES = (
    ("general practice", "Medicina generale", 0.38),
    ("cardiology", "Cardiologia", 0.17),
    ("diabetology", "Diabetologia", 0.12),
    ("internal medicine", "Medicina interna", 0.11),
    ("endocrinology", "Endocrinologia", 0.08),
    ("geriatrics", "Geriatria", 0.06),
    ("nephrology", "Nefrologia", 0.05),
    ("pharmacology", "Farmacologia clinica", 0.03),
)

# City, region, province code, first digits of the postal code, share of customers.
CITIES = (
    ("Roma", "Lazio", "RM", "001", 0.15),
    ("Milano", "Lombardia", "MI", "201", 0.14),
    ("Napoli", "Campania", "NA", "801", 0.10),
    ("Torino", "Piemonte", "TO", "101", 0.08),
    ("Palermo", "Sicilia", "PA", "901", 0.06),
    ("Genova", "Liguria", "GE", "161", 0.05),
    ("Bologna", "Emilia-Romagna", "BO", "401", 0.05),
    ("Firenze", "Toscana", "FI", "501", 0.05),
    ("Bari", "Puglia", "BA", "701", 0.04),
    ("Catania", "Sicilia", "CT", "951", 0.04),
    ("Verona", "Veneto", "VR", "371", 0.03),
    ("Venezia", "Veneto", "VE", "301", 0.03),
    ("Padova", "Veneto", "PD", "351", 0.03),
    ("Trieste", "Friuli-Venezia Giulia", "TS", "341", 0.03),
    ("Cagliari", "Sardegna", "CA", "091", 0.03),
    ("Perugia", "Umbria", "PG", "061", 0.02),
    ("Ancona", "Marche", "AN", "601", 0.02),
    ("Forlì", "Emilia-Romagna", "FC", "471", 0.02),
    ("Reggio Calabria", "Calabria", "RC", "891", 0.02),
    ("L'Aquila", "Abruzzo", "AQ", "671", 0.01),
)
INSTITUTIONS = _words(
    "Ospedale San Luca; Policlinico Santa Chiara; Ospedale della Carità; Clinica Sant'Anna; "
    "Ospedale Maggiore; Istituto San Raimondo; Casa di Cura Città Verde; Ospedale Civile"
)
SMALL_INSTITUTIONS = _words(
    "Poliambulatorio Aurora; Centro Medico Le Querce; Casa della Salute; Ambulatorio Santa Rita; "
    "Studio Associato Il Faro; Centro Diagnostico San Biagio; Presidio di Quartiere"
)
ORGANISATIONS = _words(
    "Associazione Persone con Diabete; Associazione Cuore Leggero; Insieme per la Pressione; Amici del Rene"
)
