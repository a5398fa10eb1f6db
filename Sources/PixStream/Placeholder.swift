import PixRemote
