"""The stand-in of the Content ID API (youtubePartner v1)."""
