"""VNeID: who one is to the city, at which level of the electronic identity, and what each level opens."""
