"""Names and addresses that sound real and belong to nobody."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import NamedTuple


def split_words(text: str) -> tuple[str, ...]:
    """Return the words of a text."""
    return tuple(text.split())


GIVEN_NAMES = split_words(
    "Lena Marta Lucía Sofía Carmen Valentina Camila Elena Irene Paula Daniela Renata Ximena Antonia Florencia "
    "Julieta Mariana Andrea Beatriz Nuria Pilar Rocío Catalina Isidora Milagros Abril Noelia Inés Olga Teresa "
    "Javier Mateo Diego Santiago Álvaro Hugo Pablo Martín Emilio Joaquín Benjamín Vicente Gonzalo Rodrigo Andrés "
    "Tomás Nicolás Sebastián Iván Rubén Óscar Ramiro Facundo Gael Ezequiel Bruno Adrián Raúl Sergio Íñigo"
)
SURNAMES = split_words(
    "Ortega Ruiz García Fernández López Muñoz Navarro Vidal Castro Ibáñez Peña Serrano Molina Delgado Cabrera "
    "Rojas Soto Contreras Fuentes Araya Sepúlveda Herrera Ramírez Hernández Guzmán Salazar Cárdenas Villanueva "
    "Mejía Restrepo Gómez Quintero Ospina Rincón Quispe Huamán Flores Chávez Paredes Vargas Benítez Acosta "
    "Giménez Sosa Pereyra Luna Medina Aguirre Ledesma Núñez Prieto Campos Vega Blanco Suárez Iglesias Marín "
    "Lozano Reyes Cruz Domínguez Santana Mora Parra Bravo Escobar Miranda Olivares Zúñiga Echeverría"
)
COMPANY_WORDS = split_words(
    "Aurora Mirador Cordillera Almazara Litoral Bahía Cantera Sendero Faro Olivar Meridiano Brújula Horizonte "
    "Quebrada Altiplano Pampa Arrecife Monteclaro Ribera Trigal"
)
COMPANY_TRADES = split_words(
    "Logística Consultores Alimentos Textil Ingeniería Exportaciones Servicios Tecnología Viajes Inversiones"
)
STREETS = (
    "Calle Mayor",
    "Avenida del Sol",
    "Calle de la Luna",
    "Paseo del Río",
    "Calle Nueva",
    "Avenida Central",
)


class Place(NamedTuple):
    """A country as the provider names it, with what an address and a company there look like."""

    name: str
    code: str
    phone: str
    currency: str
    method: str
    company_form: str
    cities: tuple[tuple[str, str, str], ...]


SPAIN = Place("Spain", "ESP", "+346", "EUR", "psd2", "S.L.", (
    ("Madrid", "Madrid", "28001"), ("Sevilla", "Sevilla", "41004"), ("Valencia", "Valencia", "46002"),
    ("Bilbao", "Vizcaya", "48005"), ("Zaragoza", "Zaragoza", "50003"),
))  # fmt: skip
CHILE = Place("Chile", "CHL", "+569", "CLP", "KHIPU", "SpA", (
    ("Santiago", "Región Metropolitana", "8320000"), ("Valparaíso", "Valparaíso", "2340000"),
))  # fmt: skip
MEXICO = Place("Mexico", "MEX", "+5255", "MXN", "SPEI", "S.A. de C.V.", (
    ("Ciudad de México", "CDMX", "06000"), ("Guadalajara", "Jalisco", "44100"),
))  # fmt: skip
COLOMBIA = Place("Colombia", "COL", "+57310", "COP", "PSE", "S.A.S.", (
    ("Bogotá", "Cundinamarca", "110111"), ("Medellín", "Antioquia", "050001"),
))  # fmt: skip
PERU = Place("Peru", "PER", "+519", "PEN", "PAGOEFECTIVO", "S.A.C.", (
    ("Lima", "Lima", "15001"), ("Arequipa", "Arequipa", "04001"),
))  # fmt: skip
ARGENTINA = Place("Argentina", "ARG", "+54911", "ARS", "KHIPU_AR", "S.R.L.", (
    ("Buenos Aires", "CABA", "C1002"), ("Córdoba", "Córdoba", "X5000"),
))  # fmt: skip
PLACES = (SPAIN, CHILE, MEXICO, COLOMBIA, PERU, ARGENTINA)

# Half of the customers are in Spain.
_WEIGHTED = (SPAIN,) * 8 + (CHILE,) * 2 + (MEXICO,) * 2 + (COLOMBIA,) * 2 + (PERU, ARGENTINA)


def place_of(number: int) -> Place:
    """Return the country that a customer's number falls on."""
    return _WEIGHTED[number & 15]


def place_by_code(code: str) -> Place | None:
    """Return the country of an alpha-3 code, None where the provider does not work."""
    return next((place for place in PLACES if place.code == code), None)


@lru_cache(maxsize=4096)
def bank_spelling(name: str) -> str:
    """Return a name as banks print it: capitals without accents."""
    decomposed = unicodedata.normalize("NFD", name)
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter)).upper()


ASCII_GIVEN_NAMES = tuple(bank_spelling(name).lower() for name in GIVEN_NAMES)
ASCII_SURNAMES = tuple(bank_spelling(name).lower() for name in SURNAMES)
