"""Where static files stand: whitenoise's storage, which need not reckon an address again that it has told."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class Storage(CompressedManifestStaticFilesStorage):
    """The manifest is read at the start, and only who collects the files anew changes it."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.told: dict[str, str] = {}

    def url(self, name, force=False):
        if force:
            return super().url(name, force)
        if name not in self.told:
            self.told[name] = super().url(name)
        return self.told[name]

    def save_manifest(self):
        self.told.clear()
        super().save_manifest()
