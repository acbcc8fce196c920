"""The forms of this room."""

from django import forms


class PairForm(forms.Form):
    """Which payment was chosen: the page shows both sides, the form only carries the id."""

    payment = forms.CharField(widget=forms.HiddenInput, max_length=100)
